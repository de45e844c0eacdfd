import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import type { Change, FedChange } from './changes';
import type { Envelope } from './envelope';
import type { Conflict, SubjectType } from './subjects';

/** What the server's feed adds to a change. */
export type Fed = Omit<FedChange, keyof Change | 'stubs'>;

/** A change with its texts in envelopes. It stays for ever, acknowledged or not. */
export interface ChangeRecord {
  change_id: string;
  subject_id: string;
  body: Change;
  fed?: Fed;
  /** Only on changes made by this account on this phone: the device's running number. */
  own?: number;
  /** Only on own changes: the observer label, until the feed tells it. */
  by?: string;
  /** The epoch in which the server has acknowledged it. */
  acknowledged?: string;
  /** Its share of the checksum of the feed, as the server tells it in an epoch. */
  share?: { epoch: string; value: number };
  /** Its texts went with a forgotten passphrase; the feed tells them again. */
  is_lost?: boolean;
  /** Erased: the body holds no content any more, and it is not offered again. */
  isErased?: boolean;
}

/** A folded thing with its texts in envelopes. */
export interface SubjectRecord {
  type: SubjectType;
  id: string;
  fields: Record<string, unknown>;
  heads: Record<string, string[]>;
  conflicts: Conflict[];
  isCreated: boolean;
  author: string;
  device_seq: number;
  isOnServer: boolean;
  /** The redactions that took words out of it, as far as they have arrived here. */
  struck_by?: string[];
  /** Only on entries: for reading one encounter without the rest. */
  entry_of?: string;
}

/** Where this phone stands. Counters are kept, because counting a large store would delay the start. */
export interface Standing {
  device_seq: number;
  own: number;
  unsent: number;
  parked: number;
  epoch?: string;
  cursor: number;
  /** The sum of the shares of this epoch. */
  checksum?: number;
  /** In a new epoch until its feed has been read to the end. */
  is_refilling?: boolean;
  /** Something was taken out of these notes, and the disk may still hold the bytes of it. */
  is_unclean?: boolean;
  /** Kinds of change that a newer app reported and this one did not know when they came. */
  unread?: string[];
  last_contact_at?: string;
  clock_offset_ms?: number;
}

export interface NotesSchema extends DBSchema {
  change: { key: string; value: ChangeRecord; indexes: { subject: string; own: number } };
  outbox: { key: number; value: { own: number; change_id: string }; indexes: { change: string } };
  parked: { key: string; value: { change_id: string; code: string } };
  subject: { key: [SubjectType, string]; value: SubjectRecord; indexes: { encounter: string } };
  draft: { key: string; value: { key: string; text: Envelope } };
  meta: { key: 'standing'; value: Standing };
}

export type NotesDb = IDBPDatabase<NotesSchema>;
export const NOTHING_YET: Standing = { device_seq: 0, own: 0, unsent: 0, parked: 0, cursor: 0 };
/** The stores that hold what people reported. No upgrade deletes or rewrites them. */
export const REPORTED = ['change', 'outbox', 'parked', 'subject', 'meta'] as const;

/** With texts being typed, which are no notes yet but hold the same words: what is erased goes from them too. */
const WRITTEN = [...REPORTED, 'draft'] as const;

export type ReportedTx = IDBPTransaction<NotesSchema, (typeof WRITTEN)[number][], 'readwrite'>;

const VERSION = 1;

export function notesName(account_id: string, study_id: string): string {
  return `skygge-${account_id}-${study_id}`;
}

export interface DbEvents {
  /** Another tab has a newer app: this connection is closed so that the other one can go on. */
  onSuperseded(): void;
  /** The browser closed the connection by itself, as iOS does to suspended apps. */
  onLost(): void;
}

export async function openNotes(name: string, events: DbEvents): Promise<NotesDb> {
  const db = await openDB<NotesSchema>(name, VERSION, {
    upgrade(opened, from) {
      if (from < 1) createStores(opened);
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      events.onSuperseded();
    },
    terminated: () => events.onLost(),
  });
  return db;
}

function createStores(db: NotesDb): void {
  const change = db.createObjectStore('change', { keyPath: 'change_id' });
  change.createIndex('subject', 'subject_id');
  change.createIndex('own', 'own');
  db.createObjectStore('outbox', { keyPath: 'own' }).createIndex('change', 'change_id');
  db.createObjectStore('parked', { keyPath: 'change_id' });
  db.createObjectStore('subject', { keyPath: ['type', 'id'] }).createIndex('encounter', 'entry_of');
  db.createObjectStore('draft', { keyPath: 'key' });
  db.createObjectStore('meta');
}

/**
 * One strict transaction over everything reported: all of it or nothing, and when this resolves the disk has it.
 * `work` must wait for nothing but the transaction itself.
 */
export async function strictly<T>(db: NotesDb, work: (tx: ReportedTx) => Promise<T>): Promise<T> {
  const tx = db.transaction([...WRITTEN], 'readwrite', { durability: 'strict' });
  try {
    const result = await work(tx);
    await tx.done;
    return result;
  } catch (error) {
    abort(tx);
    await tx.done.catch(() => undefined);
    throw error;
  }
}

export async function readStanding(tx: ReportedTx): Promise<Standing> {
  return { ...NOTHING_YET, ...(await tx.objectStore('meta').get('standing')) };
}

function abort(tx: ReportedTx): void {
  try {
    tx.abort();
  } catch {
    // It has aborted by itself.
  }
}
