import type { EntrySubject } from '../store/subjects';

/**
 * The entries of an encounter that may be held out to one person: only those in which that person acts or is
 * addressed, no reflections, nothing taken back or merged away, and nobody else's words.
 */
export function shownTo(entries: readonly EntrySubject[], actor_id: string, observer: string): EntrySubject[] {
  return entries.filter(({ fields, retracted, author }) => {
    const isAbout = fields.actor_id === actor_id || fields.recipient_id === actor_id;
    return isAbout && !retracted && !fields.merged_into && fields.kind !== 'reflection' && author === observer;
  });
}
