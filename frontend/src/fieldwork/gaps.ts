/** Time inside an encounter that is not observation. */
import { m } from '../i18n/paraglide/messages.js';
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

/** Why one goes off record, by the key that the study keeps; each reader sees it in their own language. */
const REASONS: ReadonlyMap<string, () => string> = new Map([
  ['private_talk', () => m.gap_reason_private()],
  ['was_asked_to', () => m.gap_reason_asked()],
  ['intimate_care', () => m.gap_reason_care()],
  ['break', () => m.gap_reason_break()],
]);

export const OFF_RECORD_REASONS: readonly string[] = [...REASONS.keys()];

/** A reason in words; one that was written by other means is shown as it is. */
export function reasonName(reason: string): string {
  return REASONS.get(reason)?.() ?? reason;
}

export function gapName(kind: string): string {
  if (kind === 'not_recorded') return m.gap_not_recorded();
  return kind === 'struck' ? m.gap_struck() : m.gap_off_record();
}
