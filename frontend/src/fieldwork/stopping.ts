/** *Stop for this person*, and going on again: offline, no question. */
import type { Draft } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { Stamp } from '../store/subjects';
import { isSame } from './survivor';

/** Stop, and end what the person was doing: nobody watches it any more. */
export function stopFor(notebook: Notebook, actor_id: string, encounter_id: string, now: Stamp, group_id: string): Draft[] {
  const running = notebook
    .entriesOf(encounter_id)
    .filter(({ fields, retracted }) => fields.kind === 'state' && !fields.ended_at && !retracted && isSame(notebook, fields.actor_id, actor_id));
  const ends = running.map(({ id }): Draft => ({
    kind: 'entry.amended',
    subject_id: id,
    payload: { ended_at: now, end_origin: 'tap' },
    group_id,
  }));
  const payload = { stopped_at: now, stopped_in: encounter_id };
  return [...ends, { kind: 'person.stopped', subject_id: actor_id, payload, group_id }];
}

/** It was the wrong person, or they changed their mind: under every id under which it was stopped for them. */
export function goOnFor(notebook: Notebook, actor_id: string, group_id: string): Draft[] {
  const stopped = notebook.list('actor').filter(({ id, fields }) => fields.stopped_at && isSame(notebook, id, actor_id));
  return stopped.map(({ id }) => ({ kind: 'actor.amended', subject_id: id, payload: { stopped_at: null, stopped_in: null }, group_id }));
}
