/** What is held is shown nowhere: neither an entry about somebody for whom it was stopped, nor what was written of it. */
import type { Notebook } from '../store/notebook';
import type { Conflict, EntrySubject, Subject } from '../store/subjects';
import { isHeld } from './stopped';
import { stoppedIn } from './survivor';

export function isHeldBack(notebook: Notebook, thing: Subject): boolean {
  if (thing.type === 'entry') return isHeld(notebook, thing as EntrySubject);
  return writtenOf(thing).some((id) => {
    const entry = notebook.get('entry', id);
    return entry !== undefined && isHeld(notebook, entry);
  });
}

/** The conflicts in which a person chooses. Somebody held in several encounters is asked about in each, under Tonight. */
export function choicesIn(thing: Subject): readonly Conflict[] {
  if (thing.type !== 'actor' || !stoppedIn(thing as Subject<'actor'>)?.length) return thing.conflicts;
  return thing.conflicts.filter(({ field }) => field !== 'stopped_at' && field !== 'stopped_in');
}

function writtenOf({ fields }: Subject): readonly string[] {
  if ('anchors' in fields) return fields.anchors ?? [];
  return 'about' in fields ? (fields.about ?? []).map(({ id }) => id) : [];
}
