/** What is to be known before words are written about somebody. Pure but for the notebook that is read. */
import type { Notebook } from '../store/notebook';
import type { EncounterSubject } from '../store/subjects';
import { checkOf, hasDeclined, isPerson, lastCheck } from './consent';
import { isStopped } from './stopped';
import { isSame } from './survivor';

/** `declined`: said no, so nothing is noted; `ask`: a bystander, whom nobody has asked yet. */
export type Before = 'declined' | 'ask' | undefined;

export function beforeWords(notebook: Notebook, encounter: Pick<EncounterSubject, 'id' | 'fields'>, actor_id: string): Before {
  const actor = notebook.get('actor', actor_id);
  if (!actor || !isPerson(actor.fields) || isStopped(notebook, actor_id)) return undefined;
  if (hasDeclined(notebook, encounter, actor_id)) return 'declined';
  // Who could not be asked at another visit is asked again; who could not be asked here has been thought of.
  const told = checkOf(notebook, encounter, actor_id) ?? lastCheck(notebook, actor_id, encounter)?.check;
  const isTold = told && (told.answer !== 'could_not_ask' || checkOf(notebook, encounter, actor_id));
  const isRecorded = notebook.list('consent').some(({ fields, retracted }) => !retracted && isSame(notebook, fields.actor_id, actor_id));
  return isTold || isRecorded ? undefined : 'ask';
}
