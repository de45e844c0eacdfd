/** Two observers of one visit have two encounters, never merged; which belong together is said by a code. Pure. */
import type { Draft } from '../store/changes';
import { visitId } from '../store/identity';
import type { EncounterSubject } from '../store/subjects';

export interface Pair {
  readonly one: EncounterSubject;
  readonly other: EncounterSubject;
  /** How long both watched at the same time, in ms. */
  readonly together_ms: number;
}

/** Encounters of different observers that overlap and are not said to be one visit yet; the longest overlap first. */
export function pairable(encounters: readonly EncounterSubject[]): Pair[] {
  const ended = encounters.filter(({ fields, retracted }) => !retracted && fields.ended_at && fields.kind !== 'between');
  const sorted = [...ended].sort((one, other) => startOf(one) - startOf(other));
  const found: Pair[] = [];
  for (const [at, one] of sorted.entries()) {
    for (const other of sorted.slice(at + 1)) {
      if (startOf(other) >= endOf(one)) break;
      const together_ms = Math.min(endOf(one), endOf(other)) - startOf(other);
      if (one.fields.observer === other.fields.observer || together_ms <= 0 || isPaired(one, other)) continue;
      found.push({ one, other, together_ms });
    }
  }
  return found.sort((one, other) => other.together_ms - one.together_ms);
}

const startOf = ({ fields }: EncounterSubject): number => Date.parse(fields.started_at);
const endOf = ({ fields }: EncounterSubject): number => Date.parse(fields.ended_at ?? fields.started_at);
const isPaired = (one: EncounterSubject, other: EncounterSubject): boolean =>
  Boolean(one.fields.visit_id) && one.fields.visit_id === other.fields.visit_id;

/** Visits that several observers watched: their encounters, by their start. */
export function sharedVisits(encounters: readonly EncounterSubject[]): EncounterSubject[][] {
  const visits = new Map<string, EncounterSubject[]>();
  for (const encounter of encounters) {
    const { visit_id } = encounter.fields;
    if (!visit_id || encounter.retracted) continue;
    visits.set(visit_id, [...(visits.get(visit_id) ?? []), encounter]);
  }
  const shared = [...visits.values()].filter((own) => new Set(own.map(({ fields }) => fields.observer)).size > 1);
  return shared
    .map((own) => own.sort((one, other) => startOf(one) - startOf(other)))
    .sort((one, other) => startOf(other[0] as EncounterSubject) - startOf(one[0] as EncounterSubject));
}

/** One visit from now on; a code that one of the two has already goes on counting, for others may have joined it. */
export function pairUp(study_id: string, { one, other }: Pair, fresh_code: string, group_id: string): Draft[] {
  const visit_code = one.fields.visit_code ?? other.fields.visit_code ?? fresh_code;
  const payload = { visit_code, visit_id: visitId(study_id, visit_code) };
  return [one, other]
    .filter(({ fields }) => fields.visit_id !== payload.visit_id)
    .map(({ id }): Draft => ({ kind: 'encounter.amended', subject_id: id, payload, group_id }));
}

/** A visit of its own again. */
export function takeOut({ id }: EncounterSubject): Draft {
  return { kind: 'encounter.amended', subject_id: id, payload: { visit_code: null, visit_id: null } };
}
