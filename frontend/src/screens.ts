import type { Component } from 'svelte';
import type { RouteName } from './shell/routes';

export interface ScreenProps {
  /** The id, name or token of the place. */
  param: string;
}

export type Screen = Component<ScreenProps>;

type Loaded<C> = Promise<{ default: C }>;

/** A screen that does not look at the place's parameter. */
function plain(screen: Loaded<Component<Record<string, never>>>): Loaded<Screen> {
  return screen as unknown as Loaded<Screen>;
}

/** The screen of each place. Laptop screens come lazily, so that logging an entry needs little code. */
export const screens: Partial<Record<RouteName, () => Loaded<Screen>>> = {
  home: () => plain(import('./encounter/Home.svelte')),
  capture: () => plain(import('./capture/Capture.svelte')),
  encounter: () => import('./encounter/Timeline.svelte'),
  entry: () => import('./encounter/Entry.svelte'),
  ended: () => import('./encounter/Ended.svelte'),
  writeup: () => import('./writeup/WriteUp.svelte'),
  memos: () => import('./memos/Memos.svelte'),
  search: () => plain(import('./search/Search.svelte')),
  today: () => plain(import('./today/Today.svelte')),
  show: () => import('./encounter/Shown.svelte'),
  find: () => plain(import('./encounter/Find.svelte')),
  day: () => import('./encounter/Day.svelte'),
  review: () => plain(import('./review/Review.svelte')),
  analyses: () => plain(import('./analysis/Analyses.svelte')),
  analysis: () => import('./analysis/Analysis.svelte'),
  export: () => plain(import('./export/Exports.svelte')),
  format: () => import('./export/Format.svelte'),
  import: () => plain(import('./export/Imports.svelte')),
  tokens: () => plain(import('./export/Tokens.svelte')),
  records: () => plain(import('./export/Records.svelte')),
  sync: () => plain(import('./synced/Synced.svelte')),
  settings: () => plain(import('./settings/Settings.svelte')),
  install: () => plain(import('./settings/Settings.svelte')),
  setup: () => import('./enter/Setup.svelte'),
  room: () => plain(import('./enter/Room.svelte')),
  pair: () => import('./enter/Pair.svelte'),
  'add-phone': () => plain(import('./settings/AddPhone.svelte')),
  reset: () => import('./enter/Reset.svelte'),
  'sign-in': () => plain(import('./enter/SignIn.svelte')),
  studies: () => plain(import('./enter/Studies.svelte')),
};

/** Places without a way around: before the notes are open, and where nothing may distract. */
export const withoutPlaces: ReadonlySet<RouteName> = new Set(['capture', 'show', 'room', 'setup', 'reset', 'pair', 'sign-in', 'studies', 'lost']);
