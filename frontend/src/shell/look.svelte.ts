import { browserLocale, followLocale, type Locale } from '../i18n/locale';
import type { Preferences } from '../store/session';

/** `discreet`: the darkest one, in which nothing shines and nothing says what it is. */
export type Theme = 'system' | 'light' | 'dark' | 'discreet';

/** Language, light or dark, left or right hand: what the person chose, else what the system says. */
export class Look {
  locale: Locale = $state(browserLocale());
  theme: Theme = $state('system');
  isLeftHanded = $state(false);
  hasBigTargets = $state(false);
  private keep: (preferences: Preferences) => void = () => undefined;

  constructor() {
    followLocale(() => this.locale);
    this.show();
  }

  /** Take over what was chosen before, and say where choices are kept from now on. */
  restore(chosen: Preferences, keep: (preferences: Preferences) => void): void {
    this.keep = keep;
    this.locale = chosen.locale ?? this.locale;
    this.theme = chosen.theme ?? this.theme;
    this.isLeftHanded = chosen.is_left_handed ?? this.isLeftHanded;
    this.hasBigTargets = chosen.has_big_targets ?? this.hasBigTargets;
    this.show();
  }

  choose(chosen: Preferences): void {
    this.restore(chosen, this.keep);
    this.keep(chosen);
  }

  private show(): void {
    const page = document.documentElement;
    page.lang = this.locale;
    if (this.theme === 'system') delete page.dataset.theme;
    else page.dataset.theme = this.theme;
    if (this.isLeftHanded) page.dataset.hand = 'left';
    else delete page.dataset.hand;
    if (this.hasBigTargets) page.dataset.targets = 'big';
    else delete page.dataset.targets;
  }
}
