/** Time inside an encounter that is not observation. */
import type { Draft } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { Subject } from '../store/subjects';

export type Gap = Subject<'gap'>;

export function gapsOf(notebook: Notebook, encounter_id: string): Gap[] {
  const gaps = notebook.list('gap').filter((gap) => gap.fields.encounter_id === encounter_id && !gap.retracted);
  return gaps.sort((a, b) => Date.parse(a.fields.from) - Date.parse(b.fields.from));
}

/** The gap that the encounter is in now. */
export function openGap(notebook: Notebook, encounter_id: string): Gap | undefined {
  return gapsOf(notebook, encounter_id).find((gap) => !gap.fields.to);
}

export function goOffRecord(gap_id: string, encounter_id: string, from: string): Draft {
  return { kind: 'gap.recorded', subject_id: gap_id, payload: { encounter_id, kind: 'off_record', from } };
}

export function giveReason(gap_id: string, reason: string): Draft {
  return { kind: 'gap.amended', subject_id: gap_id, payload: { reason } };
}

export function goOnRecord(gap_id: string, to: string): Draft {
  return { kind: 'gap.amended', subject_id: gap_id, payload: { to } };
}
