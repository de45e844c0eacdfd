/** Changes of an entry in words, for its history and its conflicts. */
import { m } from '../i18n/paraglide/messages.js';
import type { App } from '../shell/app';
import type { StoredChange } from '../store/changes';
import { clockTime } from '../store/clock';
import { findCode, labelOf } from './codes';
import type { Step } from './history';
import { actionName, codebookOf, structureName } from './naming';
import { ownName } from './people';

const FIELD_NAMES: Record<string, () => string> = {
  actor_id: () => m.entry_actor(),
  recipient_id: () => m.entry_recipient(),
  action: () => m.entry_action(),
  structure: () => m.entry_structure(),
  flags: () => m.entry_flags(),
  jotting: () => m.entry_jotting(),
  verbatim: () => m.words_verbatim(),
  started_at: () => m.entry_started(),
  ended_at: () => m.entry_ended(),
  kind: () => m.entry_kind(),
  precision_s: () => m.entry_precision(),
};

/** What a reader is not told of: how the app keeps its books. */
const UNTOLD = new Set(['encounter_id', 'codebook_version', 'structure_origin', 'end_origin', 'taken', 'merged_into', 'retracted']);

export function fieldName(field: string): string {
  return FIELD_NAMES[field]?.() ?? field;
}

export function valueName(app: App, field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return m.none();
  if (field === 'actor_id' || field === 'recipient_id') return ownName(app.notebook, String(value), m.actor_me());
  if (field === 'action') return actionName(app, String(value));
  if (field === 'structure') return structureName(app, String(value));
  if (field === 'flags') return flagNames(app, value);
  if (field === 'started_at' || field === 'ended_at') return clockTime(String(value));
  return field === 'kind' ? kindName(value) : plainName(value);
}

function flagNames(app: App, keys: unknown): string {
  const names = (Array.isArray(keys) ? keys : []).map((key) => labelOf(findCode(codebookOf(app), 'flag', String(key)), String(key), app.locale));
  return names.join(', ') || m.none();
}

function kindName(kind: unknown): string {
  if (kind === 'note') return m.entry_note();
  if (kind === 'reflection') return m.entry_reflection();
  return kind === 'state' ? m.entry_kind_state() : m.entry_kind_point();
}

function plainName(value: unknown): string {
  if (typeof value === 'boolean') return value ? m.yes() : m.no();
  return Array.isArray(value) ? value.join(', ') : String(value);
}

export function changeName(kind: string): string {
  if (kind.endsWith('.logged')) return m.change_logged();
  if (kind.endsWith('.retracted')) return m.change_retracted();
  if (kind.endsWith('.restored')) return m.change_restored();
  return m.change_amended();
}

/** `Structure: Doing with`, one for each field that the change tells a reader. */
export function toldFields(app: App, change: StoredChange): string[] {
  const isFirst = change.kind.endsWith('.logged');
  const told = Object.entries(change.payload).filter(([field, value]) => !UNTOLD.has(field) && !(isFirst && isDefault(value)));
  return told.map(([field, value]) => `${fieldName(field)}: ${valueName(app, field, value)}`);
}

/** `Structure: Directing → Doing with`, one for each field that a change tells a reader; at first only what was given. */
export function toldSteps(app: App, { change, fields }: Step): string[] {
  const isFirst = change.kind.endsWith('.logged');
  const told = fields.filter(({ field, to }) => !UNTOLD.has(field) && !(isFirst && isDefault(to)));
  return told.map(({ field, from, to }) => {
    const now = valueName(app, field, to);
    return `${fieldName(field)}: ${isFirst ? now : `${valueName(app, field, from)} → ${now}`}`;
  });
}

function isDefault(value: unknown): boolean {
  return value === null || value === false || value === 0 || (Array.isArray(value) && value.length === 0);
}
