/** Starting an encounter: what is known now, the rest "not yet filled". */
import type { Draft } from '../store/changes';
import { currentTimeZone, offsetMinutesAt } from '../store/clock';
import { visitId } from '../store/identity';
import type { Notebook } from '../store/notebook';
import type { ActorKind, EncounterFields, EncounterKind, EncounterSubject } from '../store/subjects';
import { meId } from './people';
import { personOf } from './survivor';

export interface StartForm {
  kind: EncounterKind;
  focal_actor_id: string | null;
  agency: string;
  setting: string;
  visit_code: string;
  present: string[];
}

export const ENCOUNTER_KINDS: readonly EncounterKind[] = ['visit', 'between', 'interview', 'focus_group', 'meeting'];
const VISIT_CODE = /^[A-Z]{6}$/;

/** Encounters that this observer watches or watched, newest first. */
export function ownEncounters(notebook: Notebook): EncounterSubject[] {
  return allEncounters(notebook).filter((one) => one.author === notebook.account.observer);
}

/** Everybody's encounters on this device, newest first. */
export function allEncounters(notebook: Notebook): EncounterSubject[] {
  const standing = notebook.list('encounter').filter((one) => !one.retracted);
  return standing.sort((a, b) => Date.parse(b.fields.started_at) - Date.parse(a.fields.started_at));
}

export function runningEncounter(notebook: Notebook): EncounterSubject | undefined {
  return ownEncounters(notebook).find((one) => !one.fields.ended_at);
}

/** The form as the last encounter leaves it: same focal actor and agency, the rest not yet filled. */
export function nextForm(notebook: Notebook): StartForm {
  const last = ownEncounters(notebook)[0]?.fields;
  return {
    kind: 'visit',
    focal_actor_id: last?.focal_actor_id ? personOf(notebook, last.focal_actor_id) : null,
    agency: last?.agency ?? '',
    setting: '',
    visit_code: '',
    present: [],
  };
}

/** Letters only, capital, at most six: how a code is heard and typed. */
export function readVisitCode(typed: string): string {
  return typed.toUpperCase().replace(/[^A-Z]/g, '').slice(0, 6);
}

export function isVisitCode(code: string): boolean {
  return VISIT_CODE.test(code);
}

/** The changes that start an encounter; on the very first one also the actor *me*. */
export function startEncounter(notebook: Notebook, form: StartForm, id: string, now: string): Draft[] {
  const started: Draft = { kind: 'encounter.started', subject_id: id, payload: encounterOf(notebook, form, now) };
  return [...addMe(notebook), started];
}

/** The actor *me*, once: two phones of one observer arrive at the same id. */
export function addMe(notebook: Notebook): Draft[] {
  const id = meId(notebook);
  if (notebook.get('actor', id)) return [];
  return [addActor(id, notebook.account.observer, 'observer', '')];
}

export function addActor(id: string, label: string, kind: ActorKind, agency: string): Draft {
  return { kind: 'actor.added', subject_id: id, payload: { label, kind, agency: agency || null } };
}

/** The end that nobody gave: at the last entry, without an origin. Running states stay open, for nobody saw them end. */
export function endUnseen(notebook: Notebook, { id, fields }: EncounterSubject): Draft {
  const entries = notebook.entriesOf(id).filter((entry) => !entry.retracted);
  const seen = entries.flatMap((entry) => [entry.fields.started_at, entry.fields.ended_at ?? entry.fields.started_at]);
  const ended_at = seen.reduce((a, b) => (Date.parse(b) > Date.parse(a) ? b : a), fields.started_at);
  return { kind: 'encounter.ended', subject_id: id, payload: { ended_at } };
}

/** What an encounter that just ended leaves to the stretch between two visits: the person, not the home. */
export function betweenForm(ended: EncounterFields): StartForm {
  const { focal_actor_id = null, agency } = ended;
  return { kind: 'between', focal_actor_id, agency: agency ?? '', setting: '', visit_code: '', present: [] };
}

function encounterOf(notebook: Notebook, form: StartForm, now: string): EncounterFields {
  const here = [...new Set([form.focal_actor_id, ...form.present])].filter((id): id is string => id !== null);
  const hasCode = isVisitCode(form.visit_code);
  return {
    kind: form.kind,
    visit_code: hasCode ? form.visit_code : null,
    visit_id: hasCode ? visitId(notebook.study_id, form.visit_code) : null,
    observer: notebook.account.observer,
    focal_actor_id: form.focal_actor_id,
    setting: form.setting || null,
    agency: form.agency || null,
    presence: here.map((actor_id) => ({ actor_id, from: now, to: null })),
    started_at: now,
    time_zone: currentTimeZone(),
    utc_offset_minutes: offsetMinutesAt(new Date()),
  };
}
