/** *Stop for this person*: offline, no question. Nobody can pick them, and what this encounter holds about them is hidden. */
import type { Draft } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { EntrySubject, Stamp } from '../store/subjects';

export function isStopped(notebook: Notebook, actor_id: string): boolean {
  return Boolean(notebook.get('actor', actor_id)?.fields.stopped_at);
}

/** About somebody for whom it was stopped in this very encounter: kept, but shown to nobody until that is decided. */
export function isHeld(notebook: Notebook, { fields }: Pick<EntrySubject, 'fields'>): boolean {
  return [fields.actor_id, fields.recipient_id].some((id) => {
    const actor = id ? notebook.get('actor', id)?.fields : undefined;
    return Boolean(actor?.stopped_at) && actor?.stopped_in === fields.encounter_id;
  });
}

/** Stop, and end what the person was doing: nobody watches it any more. */
export function stopFor(notebook: Notebook, actor_id: string, encounter_id: string, now: Stamp, group_id: string): Draft[] {
  const running = notebook
    .entriesOf(encounter_id)
    .filter(({ fields, retracted }) => fields.kind === 'state' && !fields.ended_at && !retracted && fields.actor_id === actor_id);
  const ends = running.map(({ id }): Draft => ({
    kind: 'entry.amended',
    subject_id: id,
    payload: { ended_at: now, end_origin: 'tap' },
    group_id,
  }));
  const payload = { stopped_at: now, stopped_in: encounter_id };
  return [...ends, { kind: 'person.stopped', subject_id: actor_id, payload, group_id }];
}

/** It was the wrong person, or they changed their mind. */
export function goOnFor(actor_id: string): Draft {
  return { kind: 'actor.amended', subject_id: actor_id, payload: { stopped_at: null, stopped_in: null } };
}
