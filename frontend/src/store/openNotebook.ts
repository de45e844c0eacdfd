import type { Change, Draft, StoredChange } from './changes';
import { commitChanges } from './commitChanges';
import { notesName } from './database';
import { cleanText } from './cleanText';
import { EnvelopeLocked, sealText } from './envelope';
import { makeChanges, type Unplaced, type Writer } from './makeChange';
import type { Counts, Notebook, NotebookAccount } from './notebook';
import { Notes } from './notes';
import { placeChanges } from './placeChanges';
import { toShownChange, toWire } from './refold';
import type { EntrySubject, Subject, SubjectType } from './subjects';

/** What the disk answered where it refused a write: a rejection that nobody dealt with is known by it. */
export const refusals = new WeakSet<object>();
const STUCK_AFTER_MS = 1500;
const READ_AT_ONCE = 2000;
/** Drafts that are no texts but times noted by the app itself: they must be readable while the notes are locked. */
export const MARKS = /^(alive|absence|strike):/;

export interface OpenNotebook extends Notebook {
  /** For the phone's side of sync. */
  readonly notes: Notes;
  /** A newer app in another tab has taken over; this one can only be loaded again. */
  readonly isSuperseded: boolean;
  /** What is not on the server, from memory as far as the database does not answer. */
  unsent(): Promise<Change[]>;
  /** Do something with the database closed; whatever is saved meanwhile waits for it. */
  pause<T>(work: () => Promise<T>): Promise<T>;
  /** Whatever was saved so far is on the disk, or refused by it. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Open (or begin) the notes of one account in one study on this phone. Needs no network. */
export async function openNotebook(
  study_id: string,
  account: NotebookAccount,
  writer: Writer,
): Promise<OpenNotebook> {
  const notes = new Notes(notesName(account.id, study_id));
  await notes.load();
  // A strike must not wait for a network.
  void import('./strikes').catch(() => undefined);
  return new StoredNotebook(study_id, account, writer, notes);
}

class StoredNotebook implements OpenNotebook {
  isStuck = false;
  private lastWrite: Promise<unknown> = Promise.resolve();
  /** Touched but not yet on the disk. */
  private readonly waiting = new Set<Unplaced>();
  /** Changes that wait for the disk and have left this phone past it, as they were then. */
  private readonly told = new Map<string, Change>();
  /** Changes on their way to the disk just now, as they will be there. */
  private underway: readonly Change[] = [];
  /** Refused by the disk, and tried again with the next save. */
  private held: readonly Unplaced[] = [];

  constructor(
    readonly study_id: string,
    readonly account: NotebookAccount,
    private readonly writer: Writer,
    readonly notes: Notes,
  ) {}

  get isComplete(): boolean {
    return this.notes.isComplete;
  }

  get isUnclean(): boolean {
    return this.notes.standing.is_unclean === true;
  }

  get isSuperseded(): boolean {
    return this.notes.isSuperseded;
  }

  async write(drafts: Draft[], { holds = false } = {}): Promise<StoredChange[]> {
    const made = makeChanges(drafts, this.writer);
    for (const change of made) this.waiting.add(change);
    // One after the other, so that a second touch names what the first has set as the values that it replaces.
    const saving = this.lastWrite.then(() => this.commit(made));
    this.lastWrite = saving.catch(() => undefined);
    const watchdog = setTimeout(() => this.setStuck(true), STUCK_AFTER_MS);
    try {
      return await saving;
    } catch (error) {
      if (holds) this.held = [...this.held, ...made];
      if (error instanceof Object) refusals.add(error);
      throw error;
    } finally {
      clearTimeout(watchdog);
      this.forget(made);
    }
  }

  private async commit(made: readonly Unplaced[]): Promise<StoredChange[]> {
    const { held } = this;
    const strikes = [...held, ...made].some(({ kind }) => kind.endsWith('.struck')) ? await import('./strikes') : undefined;
    // Its code may not have come yet; that keeps no words in the thing itself.
    if (made.some(({ kind }) => kind === 'words.struck')) await import('./looseTexts').then((loose) => loose.strikeLoose(this.notes, made)).catch(() => undefined);
    const saved = await commitChanges(this.notes, [...held, ...made], {
      observer: this.account.observer,
      told: this.told,
      ...(strikes && { strikes }),
      placed: (changes) => (this.underway = changes),
    }).finally(() => (this.underway = []));
    for (const change of saved.changes) this.told.delete(change.change_id);
    this.held = this.held.filter((change) => !held.includes(change));
    this.forget(held);
    // Memory follows the disk, never the other way round.
    this.notes.committed(saved.records, saved.standing);
    if (strikes) await this.notes.readDrafts(saved.records.map(({ id }) => id));
    return saved.changes.slice(held.length);
  }

  /** These no longer wait for the disk, unless it has refused them. */
  private forget(made: readonly Unplaced[]): void {
    for (const change of made) if (!this.held.includes(change)) this.waiting.delete(change);
    if (this.held.length > 0) this.setStuck(true);
    else if (this.waiting.size === 0) this.setStuck(false);
  }

  get<T extends SubjectType>(type: T, id: string): Subject<T> | undefined {
    return this.notes.mirror.get(type, id);
  }

  get people_revision(): number {
    return this.notes.mirror.people_revision;
  }

  list<T extends SubjectType>(type: T): Subject<T>[] {
    return this.notes.mirror.list(type);
  }

  entriesOf(encounter_id: string): EntrySubject[] {
    return this.notes.mirror.entriesOf(encounter_id);
  }

  parentsOf(subject_id: string, fields: string[]): string[] {
    return this.notes.mirror.headsOf(subject_id, fields);
  }

  async history(subject_id: string): Promise<StoredChange[]> {
    const records = await this.notes.connection.use((db) => db.getAllFromIndex('change', 'subject', subject_id));
    return records.map(toShownChange).sort((one, other) => (one.change_id < other.change_id ? -1 : 1));
  }

  async grouped(): Promise<StoredChange[]> {
    const found: StoredChange[] = [];
    let last = '';
    for (;;) {
      const range = IDBKeyRange.lowerBound(last, true);
      const chunk = await this.notes.connection.use((db) => db.getAll('change', range, READ_AT_ONCE));
      found.push(...chunk.filter(({ body }) => body.group_id).map(toShownChange));
      if (chunk.length < READ_AT_ONCE) return found;
      last = chunk.at(-1)?.change_id ?? '';
    }
  }

  counts(): Counts {
    const { own, unsent, parked } = this.notes.standing;
    return { on_phone: own, unsent, parked, on_server: own - unsent - parked };
  }

  async parked(): Promise<{ change: StoredChange; code: string }[]> {
    return this.notes.connection.use(async (db) => {
      const tx = db.transaction(['parked', 'change']);
      const parked = await tx.objectStore('parked').getAll();
      const records = await Promise.all(parked.map(({ change_id }) => tx.objectStore('change').get(change_id)));
      return parked.flatMap(({ code }, index) => {
        const record = records[index];
        return record ? [{ change: toShownChange(record), code }] : [];
      });
    });
  }

  subscribe(changed: () => void): () => void {
    return this.notes.subscribe(changed);
  }

  draft(key: string): string | undefined {
    return this.notes.drafts.get(key);
  }

  async saveDraft(key: string, text: string): Promise<void> {
    if (this.isDraftLocked(key)) throw new EnvelopeLocked();
    const clean = cleanText(text);
    this.notes.drafts.set(key, clean);
    const sealed = MARKS.test(key) ? ({ codec: 0, text: clean } as const) : sealText(clean, key);
    await this.notes.connection.use((db) => db.put('draft', { key, text: sealed }));
  }

  isDraftLocked(key: string): boolean {
    return this.notes.locked_drafts.has(key);
  }

  async dropDraft(key: string): Promise<void> {
    if (this.isDraftLocked(key)) return;
    this.notes.drafts.delete(key);
    await this.notes.connection.use((db) => db.delete('draft', key));
  }

  async unsent(): Promise<Change[]> {
    const unsent = await withinTime(this.readUnsent(), STUCK_AFTER_MS, []);
    const known = new Set(unsent.map((change) => change.change_id));
    const waiting = [...this.waiting].filter((change) => !known.has(change.change_id));
    for (const change of this.underway) this.told.set(change.change_id, change);
    const placed = placeChanges(waiting, this.notes.standing.device_seq, this.notes.mirror, this.told);
    for (const change of placed) this.told.set(change.change_id, change);
    return [...unsent, ...placed];
  }

  async saveCopy(): Promise<Blob> {
    // With the name of whoever wrote it: a lead who reads the copy in must not become the author of it.
    const author = this.account.observer;
    const lines = (await this.unsent()).map((change) => JSON.stringify({ type: 'change', ...change, author }) + '\n');
    return new Blob(lines, { type: 'application/x-ndjson' });
  }

  /** Unsent and parked changes: whatever the server has not taken into the log. */
  private async readUnsent(): Promise<Change[]> {
    return this.notes.connection.use(async (db) => {
      const tx = db.transaction(['outbox', 'parked', 'change']);
      const [waiting, parked] = await Promise.all([tx.objectStore('outbox').getAll(), tx.objectStore('parked').getAll()]);
      const ids = [...waiting, ...parked].map(({ change_id }) => change_id);
      const records = await Promise.all(ids.map((id) => tx.objectStore('change').get(id)));
      // What is under the lock stays here until it is opened: no file can hold it in words.
      return records.flatMap((record) => (record ? [toWire(record)] : [])).filter((change) => typeof change !== 'string');
    });
  }

  async pause<T>(work: () => Promise<T>): Promise<T> {
    const done = this.lastWrite.then(() => this.notes.connection.without(work));
    this.lastWrite = done.catch(() => undefined);
    return done;
  }

  async settled(): Promise<void> {
    await this.lastWrite;
  }

  async close(): Promise<void> {
    await this.lastWrite;
    await this.notes.close();
  }

  private setStuck(isStuck: boolean): void {
    if (this.isStuck === isStuck) return;
    this.isStuck = isStuck;
    this.notes.announce();
  }
}

/** Wait for an answer only so long: a suspended home-screen app can block its database for half an hour. */
async function withinTime<T>(answer: Promise<T>, ms: number, otherwise: T): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<T>((resolve) => (timer = setTimeout(resolve, ms, otherwise)));
  try {
    return await Promise.race([answer.catch(() => otherwise), late]);
  } finally {
    clearTimeout(timer);
  }
}
