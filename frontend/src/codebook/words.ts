/** A codebook in words: rows, fields, and what happened to a code. */
import { NONE_OF_THESE, UNCLEAR } from '../fieldwork/codes';
import { m } from '../i18n/paraglide/messages.js';
import type { Code, CodeTiming, Dimension } from '../store/subjects';
import type { ComparedField, What } from './compare';
import type { Trouble } from './draft';

export function dimensionName(dimension: Dimension): string {
  return { structure: m.codebook_structures, action: m.codebook_actions, flag: m.codebook_flags }[dimension]();
}

/** The two answers that every structure row ends with are called the same everywhere. */
export function alwaysName(code: Code): string | undefined {
  if (code.dimension !== 'structure') return undefined;
  if (code.key === UNCLEAR) return m.structure_unclear();
  return code.key === NONE_OF_THESE ? m.structure_none_of_these() : undefined;
}

export function fieldLabel(field: ComparedField | 'status'): string {
  const names: Record<ComparedField | 'status', () => string> = {
    label: m.codebook_label,
    definition: m.codebook_definition,
    starts: m.codebook_starts,
    ends: m.codebook_ends,
    example: m.codebook_example,
    counter_example: m.codebook_counter_example,
    timing: m.codebook_timing,
    scope: m.codebook_scope,
    exclusive_set: m.codebook_exclusive_set,
    control: m.entry_control,
    care: m.entry_care,
    color: m.codebook_color,
    shortcut: m.codebook_shortcut,
    replaced_by: m.codebook_replaced_by,
    status: m.codebook_status,
  };
  return names[field]();
}

export function whatName(what: What): string {
  const names: Record<What, () => string> = {
    added: m.codebook_what_added,
    gone: m.codebook_what_gone,
    retired: m.codebook_what_retired,
    merged: m.codebook_what_merged,
    restored: m.codebook_what_restored,
    changed: m.codebook_what_changed,
    moved: m.codebook_what_moved,
  };
  return names[what]();
}

export function timingName(timing: CodeTiming): string {
  return { point: m.codebook_timing_point, state: m.codebook_timing_state, either: m.codebook_timing_either }[timing]();
}

export function scopeName(scope: 'act' | 'interaction'): string {
  return scope === 'act' ? m.codebook_scope_act() : m.codebook_scope_interaction();
}

export const STEPS = [-2, -1, 0, 1, 2] as const;
export const signed = (step: number): string => (step > 0 ? `+${step}` : String(step).replace('-', '−'));

/** A value of a code as a reader reads it; codes by their key, for they may be of either version. */
export function valueText(field: ComparedField, value: unknown): string {
  if (value === null || value === undefined || value === '') return m.none();
  if (field === 'timing') return timingName(value as CodeTiming);
  if (field === 'scope') return scopeName(value as 'act' | 'interaction');
  if (typeof value === 'number') return signed(value);
  if (typeof value === 'object') return Object.entries(value).map(([language, word]) => `${language}: ${word}`).join(' · ');
  return String(value);
}

export function troubleName(trouble: Trouble['what'], code: string): string {
  if (trouble === 'label') return m.codebook_trouble_label({ code });
  if (trouble === 'shortcut') return m.codebook_trouble_shortcut({ code });
  return m.codebook_trouble_same({ code });
}
