/** What was written twice, apart from each other, in the reader's words: which thing, and which of its fields. */
import { m } from '../i18n/paraglide/messages.js';
import type { App } from '../shell/app';
import { clockTime } from '../store/clock';
import type { EncounterSubject, EntrySubject, Subject } from '../store/subjects';
import { encounterName, entryWords } from './naming';
import { fieldName } from './reporting';
import { dayName, dayOf } from './when';

const FIELDS: Record<string, () => string> = {
  label: m.actor_label,
  agency: m.people_agency,
  merged_into: m.people_merge_title,
  stopped_at: m.today_held,
  stopped_in: m.today_held,
  focal_actor_id: m.conflicts_focal,
  presence: m.conflicts_presence,
  checks: m.people_consent,
  setting: m.start_setting,
  reason: m.gap_reason,
  from: m.entry_started,
  to: m.entry_ended,
  text: m.conflicts_text,
  title: m.study_title,
  control: m.entry_control,
  care: m.entry_care,
  retracted: m.conflicts_retracted,
};
const THINGS: Record<string, () => string> = {
  study: m.settings_study,
  gap: m.conflicts_gap,
  consent: m.people_consent,
  codebook: m.place_codebook,
};

/** A field by the name that a screen has for it; what no screen names is told as such. */
export function fieldApart(field: string): string {
  const name = FIELDS[field]?.() ?? fieldName(field);
  return name === field ? m.conflicts_other() : name;
}

/** Where two values for one field can be seen and chosen between. */
export function placeApart({ type, id, fields }: Subject): string {
  if (type === 'entry') return `#/entry/${id}`;
  return type === 'fieldnote' ? `#/write/${(fields as { encounter_id: string }).encounter_id}` : '#/conflicts';
}

export function thingApart(app: App, thing: Subject): string {
  if (thing.type === 'entry') return `${clockTime((thing as EntrySubject).fields.started_at)} ${entryWords(app, thing as EntrySubject)}`;
  if (thing.type === 'encounter') {
    const encounter = thing as EncounterSubject;
    return `${dayName(dayOf(encounter.fields.started_at), app.locale)} ${encounterName(app, encounter)}`;
  }
  return 'label' in thing.fields && typeof thing.fields.label === 'string' ? thing.fields.label : (THINGS[thing.type] ?? m.conflicts_note)();
}

/** `Monday Visit · Place, by alias`: all that was written apart about one thing. */
export function sayApart(app: App, thing: Subject): string {
  const fields = new Set(thing.conflicts.map(({ field }) => fieldApart(field)));
  return `${thingApart(app, thing)} · ${[...fields].join(', ')}`;
}
