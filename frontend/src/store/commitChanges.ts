import type { Change } from './changes';
import { readStanding, strictly, type ChangeRecord, type Standing, type SubjectRecord } from './database';
import type { Commit, Unplaced } from './makeChange';
import type { Notes } from './notes';
import { placeChanges } from './placeChanges';
import { refoldSubjects, sealBody } from './refold';

interface Committed {
  changes: Change[];
  records: SubjectRecord[];
  standing: Standing;
}

/**
 * The one transaction of a tap: the changes, their places in the outbox, the things they change and the counters, all
 * or nothing, strictly durable. When this resolves the note is safe on this phone. `told`: what has been sent already
 * from memory; `placed` hears what is about to be written, which may take long.
 */
export async function commitChanges(notes: Notes, made: readonly Unplaced[], how: Commit): Promise<Committed> {
  return notes.connection.use((db) =>
    strictly(db, async (tx) => {
      const standing = await readStanding(tx);
      const placed = placeChanges(made, standing.device_seq, notes.mirror, how.told);
      const changes = how.strikes ? await how.strikes.nameStruck(tx, placed, how.told) : placed;
      how.placed(changes);
      // Counted apart from the changes' own numbers, which another tab may have given out since they were sent.
      const own = (index: number) => standing.device_seq + index + 1;
      await Promise.all(changes.map((change, at) => tx.objectStore('change').add(toRecord(change, own(at), how.observer))));
      for (const [at, { change_id }] of changes.entries()) await tx.objectStore('outbox').add({ own: own(at), change_id });
      const touched = changes.map((change) => change.subject_id);
      if (how.strikes) for (const change of changes) touched.push(...(await how.strikes.strikeHere(tx, standing, change)));
      const records = await refoldSubjects(tx, touched);
      standing.device_seq = Math.max(own(changes.length - 1), ...changes.map((change) => change.device_seq));
      standing.own += changes.length;
      standing.unsent += changes.length;
      await tx.objectStore('meta').put(standing, 'standing');
      return { changes, records, standing };
    }),
  );
}

function toRecord(change: Change, own: number, observer: string): ChangeRecord {
  const { change_id, subject_id } = change;
  return { change_id, subject_id, body: sealBody(change), own, by: observer };
}
