/** The form of an encounter that has begun, to fill in what was not yet filled. Pure but for the notebook that is read. */
import { visitId } from '../store/identity';
import type { Notebook } from '../store/notebook';
import type { EncounterFields, Presence } from '../store/subjects';
import { isVisitCode, type StartForm } from './start';
import { isSame, personOf } from './survivor';

/** Everybody stands in it under who they turned out to be, as they can be picked. */
export function formOfEncounter(notebook: Notebook, fields: EncounterFields): StartForm {
  return {
    kind: fields.kind,
    focal_actor_id: personOf(notebook, fields.focal_actor_id) ?? null,
    agency: fields.agency ?? '',
    setting: fields.setting ?? '',
    visit_code: fields.visit_code ?? '',
    present: [...new Set((fields.presence ?? []).map((stay) => personOf(notebook, stay.actor_id)))],
  };
}

/** Whether somebody is among these, whoever they were merged with since. */
export function isAmong(notebook: Notebook, ids: readonly string[], id: string): boolean {
  return ids.some((one) => isSame(notebook, one, id));
}

/** In, or out under every id. */
export function toggled(notebook: Notebook, ids: readonly string[], id: string): string[] {
  return isAmong(notebook, ids, id) ? ids.filter((one) => !isSame(notebook, one, id)) : [...ids, id];
}

/** Only what the form changes. Who is added was there from the start; nothing else is guessed. */
export function changedEncounter(notebook: Notebook, fields: EncounterFields, form: StartForm): Partial<EncounterFields> {
  const before = formOfEncounter(notebook, fields);
  const changed: Partial<EncounterFields> = {};
  if (form.kind !== before.kind) changed.kind = form.kind;
  if (personOf(notebook, form.focal_actor_id) !== before.focal_actor_id) changed.focal_actor_id = form.focal_actor_id;
  if (form.agency !== before.agency) changed.agency = form.agency || null;
  if (form.setting !== before.setting) changed.setting = form.setting || null;
  if (form.visit_code !== before.visit_code && (isVisitCode(form.visit_code) || form.visit_code === '')) {
    changed.visit_code = form.visit_code || null;
    changed.visit_id = form.visit_code ? visitId(notebook.study_id, form.visit_code) : null;
  }
  const present = [...new Set(form.present.map((id) => personOf(notebook, id)))];
  if (present.join() !== before.present.join()) changed.presence = presenceOf(notebook, fields, present);
  return changed;
}

/** The stays of whoever is still in the form as they were noted, and from the start who was added. */
function presenceOf(notebook: Notebook, fields: EncounterFields, present: readonly string[]): Presence[] {
  const stays = (fields.presence ?? []).filter((stay) => isAmong(notebook, present, stay.actor_id));
  const known = stays.map((stay) => stay.actor_id);
  const added = present.filter((id) => !isAmong(notebook, known, id));
  return [...stays, ...added.map((actor_id) => ({ actor_id, from: fields.started_at, to: fields.ended_at ?? null }))];
}
