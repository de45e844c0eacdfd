/** Parameters of analyses and what may be chosen in them, in words. One without words goes by its own name. */
import { m } from '../i18n/paraglide/messages.js';

type Words = Record<string, () => string>;

const PARAMETERS: Words = {
  dimension: m.frequencies_count,
  by: m.frequencies_by,
  lanes: m.timelines_lanes,
  uncoded: m.param_uncoded,
  bouts: m.param_bouts,
  self_transitions: m.param_self,
  stream: m.param_stream,
  resamples: m.param_resamples,
  level: m.param_level,
  seed: m.param_seed,
  least: m.param_least,
  most: m.param_most,
  rows: m.param_rows,
  measure: m.param_measure,
  against: m.param_against,
  permutations: m.param_permutations,
  tolerance_s: m.param_tolerance,
  substitution: m.param_substitution,
  lag: m.param_lag,
};

const OPTIONS: Words = {
  structure: m.count_structures,
  action: m.count_actions,
  actor: m.count_actors,
  flag: m.count_flags,
  observer: m.split_observer,
  agency: m.split_agency,
  true: m.yes,
  false: m.no,
  break: m.option_break,
  skip: m.option_skip,
  complete: m.option_complete,
  all: m.option_all,
  visit: m.kind_visit,
  encounter: m.review_encounter,
  keep: m.option_keep,
  merge: m.option_merge,
  forbid: m.option_forbid,
  rate: m.option_rate,
  share: m.option_share,
  time: m.option_time,
};

/** Where one word means different things in different parameters. */
const OPTIONS_OF: Record<string, Words> = {
  lanes: { actor: m.lanes_actor },
  by: { '': m.split_none },
  substitution: { none: m.substitution_none, constant: m.substitution_constant, transitions: m.substitution_transitions },
  stream: { encounter: m.option_stream_encounter, actor: m.option_stream_actor },
};

export function sayParameter(name: string): string {
  return PARAMETERS[name]?.() ?? spaced(name);
}

export function sayOption(name: string, option: string): string {
  const words = OPTIONS_OF[name]?.[option] ?? OPTIONS[option];
  if (words) return words();
  return option === '' ? m.none() : spaced(option);
}

function spaced(name: string): string {
  const words = name.replaceAll(/[_-]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
