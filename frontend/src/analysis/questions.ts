/** The order of the questions: re-reading before counting, inference last. */
import { m } from '../i18n/paraglide/messages.js';

export interface Group<O> {
  title: string;
  offers: O[];
}

const RE_READ = ['timeline', 'passages'];
const COUNT = [
  'frequencies', 'rates', 'time-budget', 'transitions', 'deviant-cases', 'actor-network', 'co-occurrence', 'control-care', 'profile',
  'saturation', 'agreement',
];
const INFER = ['lag-sequential', 'sequences'];

const OF_SEVERAL = ['agreement'];

/** Offers in their groups. One that nobody has placed stands among the counts, so that a new analysis is seen. */
export function groupQuestions<O extends { name: string }>(all: readonly O[], areSeveral: boolean): Group<O>[] {
  const offers = all.filter(({ name }) => areSeveral || !OF_SEVERAL.includes(name));
  const placed = [...RE_READ, ...COUNT, ...INFER];
  const pick = (names: readonly string[]): O[] =>
    names.map((name) => offers.find((offer) => offer.name === name)).filter((offer): offer is O => offer !== undefined);
  const groups = [
    { title: m.questions_read(), offers: pick(RE_READ) },
    { title: m.questions_count(), offers: [...pick(COUNT), ...offers.filter((offer) => !placed.includes(offer.name))] },
    { title: m.questions_infer(), offers: pick(INFER) },
  ];
  return groups.filter((group) => group.offers.length > 0);
}
