import type { Draft } from './changes';
import { newId } from './identity';

/** The drafts that erase some minutes of an encounter and leave a gap, for one call of `write`. */
export function strikeMinutes(encounter_id: string, from: string, to: string): Draft[] {
  const group_id = newId();
  const gap = { encounter_id, kind: 'struck', from, to };
  return [
    { kind: 'gap.recorded', subject_id: newId(), payload: gap, group_id },
    { kind: 'encounter.struck', subject_id: encounter_id, payload: { from, to }, group_id },
  ];
}
