import type { EntrySubject } from '../store/subjects';

/**
 * The entries of an encounter that may be held out to one person: only those in which that person acts or is
 * addressed, no reflections, nothing taken back or merged away, and nobody else's words.
 */
export function shownTo(entries: readonly EntrySubject[], isThem: (id: string) => boolean, observer: string): EntrySubject[] {
  return entries.filter(({ fields, retracted, author }) => {
    const isAbout = [fields.actor_id, fields.recipient_id].some((id) => id && isThem(id));
    return isAbout && !retracted && !fields.merged_into && fields.kind !== 'reflection' && author === observer;
  });
}
