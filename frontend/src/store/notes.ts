import { Connection } from './connection';
import { NOTHING_YET, type NotesDb, type Standing, type SubjectRecord } from './database';
import { textUnlessLocked, type Envelope } from './envelope';
import { Mirror } from './mirror';
import { Tabs, type Touched } from './tabs';

const CHUNK = 2000;
/** Encounters whose entries are read before the first screen: the running one and what was looked at last. */
const READ_FIRST = 4;

/** What the notebook and the phone's side of sync share: the connection, the mirror, the counters, the listeners. */
export class Notes {
  readonly mirror = new Mirror();
  readonly drafts = new Map<string, string>();
  /** Keys of texts being typed that are under the lock just now: nothing may be written over them. */
  readonly locked_drafts = new Set<string>();
  readonly connection: Connection;
  standing: Standing = { ...NOTHING_YET };
  isComplete = false;
  isSuperseded = false;
  private readonly listeners = new Set<() => void>();
  private readonly tabs: Tabs;
  private isClosed = false;
  /** The reading of older entries that is under way; a newer one takes its place. */
  private reading: object | undefined;

  constructor(name: string) {
    this.connection = new Connection(name, () => {
      this.isSuperseded = true;
      this.announce();
    });
    this.tabs = new Tabs(name, (touched) => void this.readTouched(touched).catch(() => undefined));
  }

  /** Read enough to show the first screen; the entries of older encounters follow by themselves. */
  async load(): Promise<void> {
    await this.connection.use(async (db) => {
      await this.readAllButEntries(db);
      await Promise.all(this.newestEncounters().map((id) => this.readEntriesOf(db, id)));
    });
    this.isComplete = false;
    void this.readRest().catch(() => undefined);
  }

  /** Read everything again, because other keys are in memory now than before. */
  async reload(): Promise<void> {
    await this.load();
    this.announce();
  }

  /** To be called only after a transaction has completed: memory follows the disk, never the other way round. */
  committed(records: readonly SubjectRecord[], standing: Standing): void {
    this.mirror.take(records);
    this.standing = standing;
    this.tabs.tell(records.map((record) => [record.type, record.id]));
    this.announce();
  }

  /** What is left of the texts being typed about these things, after something was taken out of them. */
  async readDrafts(ids: readonly string[]): Promise<void> {
    const keys = [...this.drafts.keys(), ...this.locked_drafts].filter((key) => ids.some((id) => key.includes(id)));
    const kept = await this.connection.use((db) => Promise.all(keys.map((key) => db.get('draft', key))));
    for (const [at, key] of keys.entries()) {
      this.drafts.delete(key);
      this.locked_drafts.delete(key);
      const draft = kept[at];
      if (draft) this.takeDraft(draft);
    }
  }

  subscribe(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  announce(): void {
    for (const changed of [...this.listeners]) changed();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.tabs.close();
    this.listeners.clear();
    await this.connection.close();
  }

  private async readAllButEntries(db: NotesDb): Promise<void> {
    const tx = db.transaction(['subject', 'draft', 'meta']);
    const subjects = tx.objectStore('subject');
    const [before, after, drafts, standing] = await Promise.all([
      subjects.getAll(IDBKeyRange.upperBound(['entry'])),
      subjects.getAll(IDBKeyRange.lowerBound(['entry', []])),
      tx.objectStore('draft').getAll(),
      tx.objectStore('meta').get('standing'),
    ]);
    this.mirror.take([...before, ...after]);
    this.drafts.clear();
    this.locked_drafts.clear();
    for (const draft of drafts) this.takeDraft(draft);
    this.standing = { ...NOTHING_YET, ...standing };
  }

  private takeDraft({ key, text }: { key: string; text: Envelope }): void {
    const open = textUnlessLocked(text, key);
    if (open === undefined) this.locked_drafts.add(key);
    else this.drafts.set(key, open);
  }

  private newestEncounters(): string[] {
    const encounters = this.mirror.list('encounter').reverse();
    const running = encounters.filter((encounter) => !encounter.fields.ended_at);
    return [...new Set([...running, ...encounters.slice(0, READ_FIRST)])].map((encounter) => encounter.id);
  }

  private async readEntriesOf(db: NotesDb, encounter_id: string): Promise<void> {
    this.mirror.take(await db.getAllFromIndex('subject', 'encounter', encounter_id));
  }

  private async readRest(): Promise<void> {
    const reading = (this.reading = {});
    let last = '';
    while (!this.isClosed && this.reading === reading) {
      const range = IDBKeyRange.bound(['entry', last], ['entry', []], true);
      const chunk = await this.connection.use((db) => db.getAll('subject', range, CHUNK));
      this.mirror.take(chunk);
      last = chunk.at(-1)?.id ?? '';
      if (chunk.length < CHUNK) break;
      // A tap that waits goes first.
      await new Promise((resume) => setTimeout(resume));
    }
    if (this.reading !== reading) return;
    this.isComplete = true;
    this.announce();
  }

  private async readTouched(touched: readonly Touched[]): Promise<void> {
    await this.connection.use(async (db) => {
      const tx = db.transaction(['subject', 'meta']);
      const found = await Promise.all(touched.map((key) => tx.objectStore('subject').get(key)));
      const standing = await tx.objectStore('meta').get('standing');
      this.mirror.take(found.filter((record) => record !== undefined));
      this.standing = { ...NOTHING_YET, ...standing };
    });
    this.announce();
  }
}
