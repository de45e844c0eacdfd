import { specOf, type Change, type FedChange } from './changes';
import { replaceShare, spellChecksum } from './checksum';
import { readStanding, strictly, type ChangeRecord, type Fed, type ReportedTx, type Standing } from './database';
import { dropLost } from './looseTexts';
import type { Notes } from './notes';
import { toStub } from './redact';
import { refoldSubjects, sealBody, toWire } from './refold';
import { takeRedaction, takeShare, takeStub } from './strikes';

/** Limits of one request. */
export interface BatchLimits {
  changes: number;
  bytes: number;
}

interface Judged {
  change_id: string | null;
  verdict: string;
  code?: string | null;
  stub?: Record<string, unknown> | null;
}

/** A day of arrival and its checksum. */
export interface DaySum {
  day: string;
  checksum: string;
}

interface Page {
  epoch: string;
  changes: readonly FedChange[];
  cursor: number;
  has_more?: boolean;
}

/** What a step of sync changed: things to fold anew, and the counters as they are now. */
type Step<T> = (tx: ReportedTx, standing: Standing, touched: Set<string>) => Promise<T>;

const READ_AT_ONCE = 2000;

/** The phone's side of sync over the notes of one account and study. Each method is one strict transaction. */
export class StoredPhoneCopy {
  constructor(
    private readonly notes: Notes,
    private readonly device_id: string,
    private readonly limits: BatchLimits,
  ) {}

  async place(): Promise<{ epoch: string | undefined; cursor: number }> {
    const standing = await this.notes.connection.use((db) => db.get('meta', 'standing'));
    return { epoch: standing?.epoch, cursor: standing?.cursor ?? 0 };
  }

  async nextBatch(): Promise<Change[]> {
    const records = await this.notes.connection.use(async (db) => {
      const tx = db.transaction(['outbox', 'change']);
      const waiting = await tx.objectStore('outbox').getAll(null, this.limits.changes);
      return Promise.all(waiting.map(({ change_id }) => tx.objectStore('change').get(change_id)));
    });
    const batch: Change[] = [];
    let bytes = 0;
    for (const record of records) {
      if (!record) continue;
      const change = toWire(record);
      // In the order in which they were made: what stands behind a locked one waits with it; a damaged one keeps nobody.
      if (change === 'locked') break;
      if (change === 'damaged') continue;
      bytes += new TextEncoder().encode(JSON.stringify(change)).length + 1;
      if (batch.length > 0 && bytes > this.limits.bytes) break;
      batch.push(change);
    }
    return batch;
  }

  async settle(epoch: string, verdicts: readonly Judged[]): Promise<number> {
    return this.step(async (tx, standing, touched) => {
      if (standing.epoch !== epoch) return 0;
      let settled = 0;
      for (const verdict of verdicts) {
        const record = await tx.objectStore('change').get(verdict.change_id ?? '');
        if (record && (await judge(tx, standing, record, verdict))) {
          touched.add(record.subject_id);
          settled += 1;
        }
      }
      return settled;
    });
  }

  async park(change_id: string, code: string): Promise<void> {
    await this.step(async (tx, standing) => {
      const record = await tx.objectStore('change').get(change_id);
      if (record && (await takeFromOutbox(tx, standing, record))) await putAside(tx, standing, change_id, code);
    });
  }

  async enterEpoch(epoch: string): Promise<void> {
    await this.step(async (tx, standing, touched) => {
      if (standing.epoch !== undefined && epoch <= standing.epoch) return;
      Object.assign(standing, { epoch, cursor: 0, parked: 0, unsent: 0, checksum: 0, is_refilling: true });
      await tx.objectStore('parked').clear();
      let own = await tx.objectStore('change').index('own').openCursor();
      while (own) {
        if (await offerAgain(tx, own.value)) touched.add(own.value.subject_id);
        if (!own.value.isErased && !own.value.is_lost) standing.unsent += 1;
        own = await own.continue();
      }
    });
  }

  async keepPage(after: number, page: Page): Promise<boolean> {
    const redacted = page.changes.filter(({ kind }) => kind === 'subject.redacted');
    // While the phone is locked, what is being typed there cannot be read; sealed it waits for the passphrase.
    if (!(await dropLost(this.notes, redacted))) return false;
    const isKept = await this.keep(after, page);
    if (redacted.length > 0) await this.notes.readDrafts(redacted.map(({ subject_id }) => subject_id));
    return isKept;
  }

  private async keep(after: number, page: Page): Promise<boolean> {
    return this.step(async (tx, standing, touched) => {
      if (standing.epoch !== page.epoch || standing.cursor !== after) return false;
      for (const fed of page.changes) {
        await this.keepFed(tx, standing, fed);
        touched.add(fed.subject_id);
      }
      standing.cursor = Math.max(after, page.cursor);
      if (standing.is_refilling && page.has_more === false) {
        standing.is_refilling = false;
        await dropUnfed(tx, standing, touched);
      }
      return true;
    });
  }

  /** Whether this copy of the feed sums up to what the server says; without a word from it, it does. */
  async agrees(checksum: string | null | undefined): Promise<boolean> {
    const standing = await this.notes.connection.use((db) => db.get('meta', 'standing'));
    return !checksum || spellChecksum(standing?.checksum ?? 0) === checksum;
  }

  /** The days on which this copy differs from the server's. */
  async differingDays(told: readonly DaySum[]): Promise<string[]> {
    const own = new Map<string, number>();
    const { epoch } = await this.place();
    await this.notes.connection.use(async (db) => {
      let record = await db.transaction('change').store.openCursor();
      for (; record; record = await record.continue()) {
        const { share, fed } = record.value;
        if (!fed || !share || share.epoch !== epoch) continue;
        const day = fed.received_at.slice(0, 10);
        own.set(day, replaceShare(own.get(day) ?? 0, 0, share.value));
      }
    });
    const theirs = new Map(told.map(({ day, checksum }) => [day, checksum]));
    const days = new Set([...own.keys(), ...theirs.keys()]);
    return [...days].filter((day) => theirs.get(day) !== spellChecksum(own.get(day) ?? 0)).sort();
  }

  /** Put what the server has of a day in the place of what is here of it; what it no longer shows is emptied. */
  async keepDay(epoch: string, day: string, changes: readonly FedChange[]): Promise<void> {
    await this.step(async (tx, standing, touched) => {
      if (standing.epoch !== epoch) return;
      const shown = new Set(changes.map(({ change_id }) => change_id));
      let record = await tx.objectStore('change').openCursor();
      const gone: ChangeRecord[] = [];
      for (; record; record = await record.continue()) {
        const { fed, change_id } = record.value;
        if (fed?.received_at.startsWith(day) && !shown.has(change_id)) gone.push(record.value);
      }
      for (const lost of gone) await this.forget(tx, standing, lost, touched);
      for (const fed of changes) {
        await this.keepFed(tx, standing, fed);
        touched.add(fed.subject_id);
      }
    });
  }

  private async forget(tx: ReportedTx, standing: Standing, lost: ChangeRecord, touched: Set<string>): Promise<void> {
    const { share } = lost;
    if (share && share.epoch === standing.epoch) standing.checksum = replaceShare(standing.checksum ?? 0, share.value, 0);
    delete lost.share;
    touched.add(lost.subject_id);
    if (lost.own === undefined) return tx.objectStore('change').delete(lost.change_id);
    await tx.objectStore('change').put(lost);
    if (await offerAgain(tx, lost)) standing.unsent += 1;
  }

  /** After an update of the app: fold what was said in kinds that were not known when they came, and now are. */
  async learn(): Promise<void> {
    const known = this.notes.standing.unread?.filter(specOf) ?? [];
    if (known.length === 0) return;
    const told = await this.findTold(known);
    await this.step((_tx, standing, touched) => {
      for (const id of told) touched.add(id);
      standing.unread = standing.unread?.filter((kind) => !known.includes(kind));
      return Promise.resolve();
    });
  }

  /** In pieces, so that a tap comes in between: there may be a hundred thousand changes. */
  private async findTold(kinds: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    let last = '';
    for (;;) {
      const range = IDBKeyRange.lowerBound(last, true);
      const records = await this.notes.connection.use((db) => db.getAll('change', range, READ_AT_ONCE));
      for (const { body, subject_id } of records) if (kinds.includes(body.kind)) found.add(subject_id);
      if (records.length < READ_AT_ONCE) return found;
      last = records.at(-1)?.change_id ?? '';
    }
  }

  /** When the server last answered and how far this device's clock is off. Not worth a flush of its own. */
  async noteContact(last_contact_at: string, clock_offset_ms: number | undefined): Promise<void> {
    await this.notes.connection.use(async (db) => {
      const tx = db.transaction('meta', 'readwrite');
      const standing = await tx.store.get('standing');
      if (!standing) return;
      Object.assign(standing, { last_contact_at }, clock_offset_ms !== undefined && { clock_offset_ms });
      await tx.store.put(standing, 'standing');
      await tx.done;
      this.notes.committed([], standing);
    });
  }

  private async keepFed(tx: ReportedTx, standing: Standing, change: FedChange): Promise<void> {
    const { body, fed } = split(change);
    const known = await tx.objectStore('change').get(change.change_id);
    const record: ChangeRecord = known ?? { change_id: change.change_id, subject_id: change.subject_id, body };
    if (record.is_lost) {
      record.body = body;
      delete record.is_lost;
    }
    record.fed = fed;
    takeShare(standing, record, change.payload);
    if (record.own !== undefined) record.acknowledged = standing.epoch;
    await tx.objectStore('change').put(record);
    if (change.device_id === this.device_id) standing.device_seq = Math.max(standing.device_seq, change.device_seq);
    if (known) {
      await takeBack(tx, standing, change.change_id);
      await takeStub(tx, standing, record, change);
    }
    const { unread = [] } = standing;
    if (!specOf(change.kind) && !unread.includes(change.kind)) standing.unread = [...unread, change.kind];
    if (change.kind === 'subject.redacted') await takeRedaction(tx, standing, change);
  }

  private async step<T>(work: Step<T>): Promise<T> {
    const { result, records, standing } = await this.notes.connection.use((db) =>
      strictly(db, async (tx) => {
        const standing = await readStanding(tx);
        const touched = new Set<string>();
        const result = await work(tx, standing, touched);
        const records = await refoldSubjects(tx, touched);
        await tx.objectStore('meta').put(standing, 'standing');
        return { result, records, standing };
      }),
    );
    this.notes.committed(records, standing);
    return result;
  }
}

/** What others made and a restored server no longer has is nothing any more; its maker will offer it again. */
async function dropUnfed(tx: ReportedTx, standing: Standing, touched: Set<string>): Promise<void> {
  let record = await tx.objectStore('change').openCursor();
  for (; record; record = await record.continue()) {
    const { own, share, subject_id } = record.value;
    if (own !== undefined || share?.epoch === standing.epoch) continue;
    touched.add(subject_id);
    await record.delete();
  }
}

/** Act on one verdict. False when there was nothing left to settle. */
async function judge(tx: ReportedTx, standing: Standing, record: ChangeRecord, judged: Judged): Promise<boolean> {
  if (!(await takeFromOutbox(tx, standing, record))) return false;
  // A newer server may have words of its own; whatever they mean, they do not say that it is safe there.
  if (!['stored', 'known', 'erased'].includes(judged.verdict)) {
    await putAside(tx, standing, record.change_id, judged.code ?? '');
    return true;
  }
  record.acknowledged = standing.epoch;
  await tx.objectStore('change').put(record);
  if (judged.verdict === 'erased') await takeStub(tx, standing, record, stubOf(record, judged.stub));
  return true;
}

/** What the server keeps in a change's place; of an erased thing only that it was erased. */
function stubOf(record: ChangeRecord, told: Judged['stub']): Change {
  const { redacted, payload } = (told ?? {}) as Partial<Change>;
  return toStub(record.body, redacted ?? { mode: 'erased', by: record.change_id }, payload);
}

async function takeFromOutbox(tx: ReportedTx, standing: Standing, record: ChangeRecord): Promise<boolean> {
  const outbox = tx.objectStore('outbox');
  if (record.own === undefined || (await outbox.getKey(record.own)) === undefined) return false;
  await outbox.delete(record.own);
  standing.unsent -= 1;
  return true;
}

async function putAside(tx: ReportedTx, standing: Standing, change_id: string, code: string): Promise<void> {
  await tx.objectStore('parked').put({ change_id, code });
  standing.parked += 1;
}

/** What was parked has been taken into the log after all, for instance after the server's upgrade. */
async function takeBack(tx: ReportedTx, standing: Standing, change_id: string): Promise<void> {
  if ((await tx.objectStore('parked').getKey(change_id)) === undefined) return;
  await tx.objectStore('parked').delete(change_id);
  standing.parked -= 1;
}

/** True when the thing must be folded anew because it no longer counts as being on the server. */
async function offerAgain(tx: ReportedTx, record: ChangeRecord): Promise<boolean> {
  const { own, change_id, acknowledged } = record;
  // What went with a forgotten passphrase is the server's to tell, not this phone's.
  if (own === undefined || record.isErased || record.is_lost) return false;
  await tx.objectStore('outbox').put({ own, change_id });
  if (acknowledged === undefined) return false;
  delete record.acknowledged;
  await tx.objectStore('change').put(record);
  return true;
}

function split(change: FedChange): { body: Change; fed: Fed } {
  const { seq, author, received_at, corrected_at, stubs: _told, ...body } = change;
  return { body: sealBody(body), fed: { seq, author, received_at, ...(corrected_at && { corrected_at }) } };
}
