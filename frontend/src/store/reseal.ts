import { openNotes, readStanding, strictly, type ChangeRecord, type NotesDb, type ReportedTx } from './database';
import { mapEnvelopes, sealText, textUnlessLocked, type Envelope } from './envelope';
import { MARKS } from './openNotebook';
import { refoldSubjects } from './refold';

/**
 * All texts of an account on this phone, put from one kind of envelope into another: when a lock is set, taken away, or
 * has sealed in locked whiles. In pieces, each one transaction: a tap that waits goes in between, and whatever is left
 * undone by a crash is found again, because each envelope says itself what sealed it.
 */

const PIECE = 500;
const STRUCK_OUT = '▮';

type Treat = (envelope: Envelope, about: string) => Envelope;

/** The names of the databases in which an account has notes on this phone, one for each study. */
export async function notesOf(account_id: string): Promise<string[]> {
  const all = await indexedDB.databases();
  return all.flatMap(({ name }) => (name?.startsWith(`skygge-${account_id}-`) ? [name] : []));
}

/** Put every text that opens and is not done into the envelope of today. */
export async function resealAll(account_id: string, isDone: (envelope: Envelope) => boolean): Promise<void> {
  let was_plain = false;
  const treat: Treat = (envelope, about) => {
    const text = isDone(envelope) ? undefined : textUnlessLocked(envelope, about);
    if (text === undefined) return envelope;
    const sealed = sealText(text, about);
    was_plain ||= envelope.codec === 0 && sealed.codec !== 0;
    return sealed;
  };
  await eachDatabase(account_id, async (db) => {
    was_plain = false;
    await treatSubjects(db, treat);
    await treatDrafts(db, treat);
    await treatChanges(db, (record) => mapBody(record, treat));
    if (was_plain) await markUnclean(db);
  });
}

/**
 * The passphrase is lost, and so is the code: what only this phone had keeps who, what and when, but not its words; what
 * the server has is asked for again. Everything is readable afterwards.
 */
export async function giveUpLocked(account_id: string): Promise<void> {
  const treat: Treat = (envelope, about) =>
    textUnlessLocked(envelope, about) === undefined ? { codec: 0, text: STRUCK_OUT } : envelope;
  await eachDatabase(account_id, async (db) => {
    await fetchAnew(db);
    await dropLockedDrafts(db);
    await treatChanges(db, (record, isWaiting) => {
      const { share: _counted, ...rest } = mapBody(record, treat);
      const isChanged = JSON.stringify(rest.body) !== JSON.stringify(record.body);
      return isChanged && !isWaiting ? { ...rest, is_lost: true } : rest;
    }, true);
  });
}

async function eachDatabase(account_id: string, work: (db: NotesDb) => Promise<void>): Promise<void> {
  const nothing = () => undefined;
  for (const name of await notesOf(account_id)) {
    const db = await openNotes(name, { onSuperseded: nothing, onLost: nothing });
    try {
      await work(db);
    } finally {
      db.close();
    }
  }
}

/** The old bytes are still on the disk; they go with the next clearing. */
async function markUnclean(db: NotesDb): Promise<void> {
  await strictly(db, async (tx) => {
    await tx.objectStore('meta').put({ ...(await readStanding(tx)), is_unclean: true }, 'standing');
  });
}

async function fetchAnew(db: NotesDb): Promise<void> {
  await strictly(db, async (tx) => {
    const standing = await readStanding(tx);
    await tx.objectStore('meta').put({ ...standing, cursor: 0, checksum: 0, is_refilling: true }, 'standing');
  });
}

async function treatChanges(
  db: NotesDb,
  treat: (record: ChangeRecord, isWaiting: boolean) => ChangeRecord,
  isRefolded = false,
): Promise<void> {
  let last = '';
  for (let isMore = true; isMore; ) {
    await strictly(db, async (tx) => {
      const records = await tx.objectStore('change').getAll(IDBKeyRange.lowerBound(last, true), PIECE);
      for (const record of records) await tx.objectStore('change').put(treat(record, await isWaiting(tx, record)));
      if (isRefolded) await refoldSubjects(tx, records.map(({ subject_id }) => subject_id));
      last = records.at(-1)?.change_id ?? '';
      isMore = records.length === PIECE;
    });
  }
}

async function isWaiting(tx: ReportedTx, { own, change_id }: ChangeRecord): Promise<boolean> {
  if (own === undefined) return false;
  const [sending, parked] = await Promise.all([tx.objectStore('outbox').getKey(own), tx.objectStore('parked').getKey(change_id)]);
  return sending !== undefined || parked !== undefined;
}

async function treatSubjects(db: NotesDb, treat: Treat): Promise<void> {
  let after: IDBKeyRange | undefined;
  for (let isMore = true; isMore; ) {
    await strictly(db, async (tx) => {
      const records = await tx.objectStore('subject').getAll(after, PIECE);
      for (const record of records) {
        const { fields, conflicts, id } = record;
        const treated = mapEnvelopes({ fields, conflicts }, (envelope) => treat(envelope, id));
        await tx.objectStore('subject').put({ ...record, ...treated });
      }
      const last = records.at(-1);
      if (last) after = IDBKeyRange.lowerBound([last.type, last.id], true);
      isMore = records.length === PIECE;
    });
  }
}

async function treatDrafts(db: NotesDb, treat: Treat): Promise<void> {
  await strictly(db, async (tx) => {
    for (const { key, text } of await tx.objectStore('draft').getAll()) {
      if (!MARKS.test(key)) await tx.objectStore('draft').put({ key, text: treat(text, key) });
    }
  });
}

async function dropLockedDrafts(db: NotesDb): Promise<void> {
  await strictly(db, async (tx) => {
    for (const { key, text } of await tx.objectStore('draft').getAll()) {
      if (textUnlessLocked(text, key) === undefined) await tx.objectStore('draft').delete(key);
    }
  });
}

function mapBody(record: ChangeRecord, treat: Treat): ChangeRecord {
  const { body } = record;
  return { ...record, body: { ...body, payload: mapEnvelopes(body.payload, (text) => treat(text, body.subject_id)) } };
}
