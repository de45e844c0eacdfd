import { baseLocale, isLocale, overwriteGetLocale, type Locale } from './paraglide/runtime.js';

export type { Locale } from './paraglide/runtime.js';

/** The first language of the browser that the app speaks. */
export function browserLocale(languages: readonly string[] = navigator.languages): Locale {
  for (const language of languages) {
    const short = language.toLowerCase().split('-')[0];
    if (isLocale(short)) return short;
    // Norwegian readers are better served by Danish than by English.
    if (short === 'nb' || short === 'nn' || short === 'no') return 'da';
  }
  return baseLocale;
}

/** Let every message ask for the locale when it is read, so that a change of language shows at once. */
export function followLocale(read: () => Locale): void {
  overwriteGetLocale(read);
}
