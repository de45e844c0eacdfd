import type { Component } from 'svelte';
import type { RouteName } from './shell/routes';

export interface ScreenProps {
  /** The id, name or token of the place. */
  param: string;
}

export type Screen = Component<ScreenProps>;

/** The screen of each place. Laptop screens come lazily, so that logging an entry needs little code. */
export const screens: Partial<Record<RouteName, () => Promise<{ default: Screen }>>> = {};
