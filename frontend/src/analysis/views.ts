/** The view of each analysis; every other one is shown as readable tables. Loaded when it is looked at. */
import type { Component } from 'svelte';
import type { ViewProps } from './answers';

type View = Component<ViewProps>;
type Loaded = Promise<{ default: unknown }>;

const VIEWS: Record<string, () => Loaded> = {
  frequencies: () => import('./views/Frequencies.svelte'),
  timeline: () => import('./views/Timelines.svelte'),
};

export async function loadView(place: string): Promise<View> {
  const load = VIEWS[place] ?? (() => import('./views/Readable.svelte'));
  // Each view knows the result of its own analysis, which the server tells under its name.
  return (await load()).default as View;
}
