import type { Component } from 'svelte';
import type { RouteName } from './shell/routes';
import { DISK, holding } from './store/diskLock';

export interface ScreenProps {
  /** The id, name or token of the place. */
  param: string;
}

export type Screen = Component<ScreenProps>;

export type Loaded<C> = Promise<{ default: C }>;

/** A screen that does not look at the place's parameter. */
export function plain(screen: Loaded<Component<Record<string, never>>>): Loaded<Screen> {
  return screen as unknown as Loaded<Screen>;
}

/**
 * Where the desk's screens are is not known before one of them is wanted: even their names weigh. A file that is asked
 * for while the disk is cleared is refused, because the browser takes the worker that would answer.
 */
function desk(name: RouteName): () => Loaded<Screen> {
  return () =>
    holding(DISK, 'shared', async () => {
      const { deskScreens } = await import('./deskScreens');
      return (deskScreens[name] as () => Loaded<Screen>)();
    });
}

const DESK = [
  'codebook', 'codebook-versions', 'codebook-recode', 'conflicts', 'people', 'team', 'analyses', 'analysis', 'export',
  'format', 'import', 'tokens', 'records', 'privacy', 'person', 'withdrawal', 'devices', 'papers', 'terms', 'end', 'concerns', 'requests', 'writeup',
  'memos', 'search', 'today', 'lock', 'room', 'add-phone', 'account',
] as const satisfies readonly RouteName[];

const capture = () => plain(import('./capture/Capture.svelte'));

/** The screen of each place. Laptop screens come lazily, so that logging an entry needs little code. */
export const screens: Partial<Record<RouteName, () => Loaded<Screen>>> = {
  home: () => {
    const home = plain(import('./encounter/Home.svelte'));
    // START asks neither the network nor the disk for the screen behind it.
    void home.then(capture).catch(() => undefined);
    return home;
  },
  capture,
  encounter: () => import('./encounter/Timeline.svelte'),
  entry: () => import('./encounter/Entry.svelte'),
  ended: () => import('./encounter/Ended.svelte'),
  show: () => import('./encounter/Shown.svelte'),
  find: () => plain(import('./encounter/Find.svelte')),
  day: () => import('./encounter/Day.svelte'),
  review: () => plain(import('./review/Review.svelte')),
  sync: () => plain(import('./synced/Synced.svelte')),
  settings: () => plain(import('./settings/Settings.svelte')),
  install: () => plain(import('./settings/Settings.svelte')),
  setup: () => import('./enter/Setup.svelte'),
  pair: () => import('./enter/Pair.svelte'),
  join: () => import('./enter/Join.svelte'),
  reset: () => import('./enter/Reset.svelte'),
  'sign-in': () => plain(import('./enter/SignIn.svelte')),
  studies: () => plain(import('./enter/Studies.svelte')),
  ...Object.fromEntries(DESK.map((name) => [name, desk(name)])),
};

/** Places without a way around: before the notes are open, and where nothing may distract. */
export const withoutPlaces: ReadonlySet<RouteName> = new Set(['capture', 'show', 'room', 'setup', 'reset', 'pair', 'join', 'sign-in', 'studies', 'lost']);
