/** Who comes and who leaves while an encounter runs. */
import type { Draft } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { EncounterSubject } from '../store/subjects';
import { isSame } from './survivor';

/** Who was added on the spot is there from now on; who was there before stays as noted. */
export function markPresent(encounter: EncounterSubject, actor_id: string, now: string): Draft {
  const stays = (encounter.fields.presence ?? []).filter((stay) => stay.actor_id !== actor_id || stay.to);
  const presence = [...stays, { actor_id, from: now, to: null }];
  return { kind: 'encounter.amended', subject_id: encounter.id, payload: { presence } };
}

export function markGone(notebook: Notebook, encounter: EncounterSubject, actor_id: string, now: string): Draft {
  const presence = (encounter.fields.presence ?? []).map((stay) =>
    !stay.to && isSame(notebook, stay.actor_id, actor_id) ? { ...stay, to: now } : stay,
  );
  return { kind: 'encounter.amended', subject_id: encounter.id, payload: { presence } };
}
