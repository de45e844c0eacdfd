import type { Change } from './changes';
import { readStanding, strictly, type ChangeRecord, type Standing, type SubjectRecord } from './database';
import type { Unplaced } from './makeChange';
import type { Notes } from './notes';
import { placeChanges } from './placeChanges';
import { refoldSubjects, sealBody } from './refold';
import { strikeHere } from './strikes';

interface Committed {
  changes: Change[];
  records: SubjectRecord[];
  standing: Standing;
}

/**
 * The one transaction of a tap: the changes, their places in the outbox, the things they change and the counters, all
 * or nothing, strictly durable. When this resolves the note is safe on this phone.
 */
export async function commitChanges(notes: Notes, made: readonly Unplaced[], observer: string): Promise<Committed> {
  return notes.connection.use((db) =>
    strictly(db, async (tx) => {
      const standing = await readStanding(tx);
      const changes = placeChanges(made, standing.device_seq, notes.mirror);
      await Promise.all(changes.map((change) => tx.objectStore('change').add(toRecord(change, observer))));
      for (const { device_seq: own, change_id } of changes) await tx.objectStore('outbox').add({ own, change_id });
      const touched = changes.map((change) => change.subject_id);
      for (const change of changes) touched.push(...(await strikeHere(tx, standing, change)));
      const records = await refoldSubjects(tx, touched);
      standing.device_seq += changes.length;
      standing.own += changes.length;
      standing.unsent += changes.length;
      await tx.objectStore('meta').put(standing, 'standing');
      return { changes, records, standing };
    }),
  );
}

function toRecord(change: Change, observer: string): ChangeRecord {
  const { change_id, subject_id, device_seq } = change;
  return { change_id, subject_id, body: sealBody(change), own: device_seq, by: observer };
}
