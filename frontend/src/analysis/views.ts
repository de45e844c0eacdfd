/** The view of each analysis; every other one is shown as readable tables. Loaded when it is looked at. */
import type { Component } from 'svelte';
import type { ViewProps } from './answers';

type View = Component<ViewProps>;
type Loaded = Promise<{ default: unknown }>;

const VIEWS: Record<string, () => Loaded> = {
  'actor-network': () => import('./views/ActorNetwork.svelte'),
  agreement: () => import('./views/Agreement.svelte'),
  'co-occurrence': () => import('./views/CoOccurrence.svelte'),
  'control-care': () => import('./views/ControlCare.svelte'),
  'deviant-cases': () => import('./views/DeviantCases.svelte'),
  frequencies: () => import('./views/Frequencies.svelte'),
  'lag-sequential': () => import('./views/LagSequential.svelte'),
  passages: () => import('./views/Passages.svelte'),
  profile: () => import('./views/Profile.svelte'),
  rates: () => import('./views/Rates.svelte'),
  saturation: () => import('./views/Saturation.svelte'),
  sequences: () => import('./views/Sequences.svelte'),
  'time-budget': () => import('./views/TimeBudget.svelte'),
  timeline: () => import('./views/Timelines.svelte'),
  transitions: () => import('./views/Transitions.svelte'),
};

export async function loadView(place: string): Promise<View> {
  const load = VIEWS[place] ?? (() => import('./views/Readable.svelte'));
  // Each view knows the result of its own analysis, which the server tells under its name.
  return (await load()).default as View;
}
