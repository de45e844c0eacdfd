import { openDB, type IDBPDatabase } from 'idb';
import { openNotes, type NotesSchema, type Standing, type SubjectRecord } from './database';
import { openFields, openText } from './envelope';
import { Session } from './session';

/**
 * What was erased stays in the bytes of a browser's database until its storage is cleared as a whole. Everything is
 * taken into memory, the storage cleared, and everything written anew: nobody notices, and the old bytes are gone.
 */

const OURS = /^skygge(-|$)/;
/**
 * Drafts that nobody is typing: when the app was last alive, which absence was seen, and what *Review* keeps for good, its
 * filters and what can be taken back. They would stand in the way for ever.
 */
const MARKS = /^(alive|absence):|^review-/;
/** The codebook that is being worked on here. */
const CODEBOOK = 'codebook';
const SESSION = 'skygge';

interface KeptStore {
  name: string;
  entries: [IDBValidKey, unknown][];
}
export interface Kept {
  name: string;
  stores: KeptStore[];
}

/** How long the browser may take to open a database that it has just cleared, and how often it is asked. */
const OPENED_WITHIN_MS = 3000;
const ASKED = 10;

/** All that this origin keeps; undefined while something of it is nowhere else, which is then not put at stake. */
export async function copyAll(): Promise<Kept[] | undefined> {
  const names = (await indexedDB.databases()).flatMap(({ name }) => (name && OURS.test(name) ? [name] : []));
  const kept: Kept[] = [];
  for (const name of names) {
    const copy = await copyOne(name);
    if (name !== SESSION && !isElsewhereToo(copy)) return undefined;
    kept.push(copy);
  }
  return kept;
}

/** Whether the browser has really let go of everything. One that does not know the word clears nothing. */
export async function isCleared(kept: readonly Kept[]): Promise<boolean> {
  const there = new Set((await indexedDB.databases()).map(({ name }) => name));
  if (!kept.some(({ name }) => there.has(name))) return true;
  const copies = await Promise.all(kept.filter(({ name }) => there.has(name)).map(({ name }) => copyOne(name)));
  return copies.every(({ stores }) => stores.every(({ entries }) => entries.length === 0));
}

/** Put everything back, clean now. The notes know it from here on. */
export async function putBack(kept: readonly Kept[]): Promise<void> {
  for (const { name, stores } of kept) {
    const db = await openAnew(name);
    const tx = db.transaction(stores.map((store) => store.name), 'readwrite', { durability: 'strict' });
    for (const store of stores) {
      const to = tx.objectStore(store.name);
      for (const [key, value] of store.entries) await to.put(forgetDirt(value), to.keyPath === null ? key : undefined);
    }
    await tx.done;
    db.close();
  }
}

function openAnew(name: string): Promise<IDBPDatabase> {
  return insist(async () => {
    if (name === SESSION) {
      (await Session.open()).close();
      return openDB(name);
    }
    const nothing = () => undefined;
    return (await openNotes(name, { onSuperseded: nothing, onLost: nothing })) as unknown as IDBPDatabase;
  });
}

/**
 * A browser that has just cleared may close a database while it is being opened, or never say that it is open. What is
 * to be put back is in memory only, so it is asked again.
 */
async function insist(open: () => Promise<IDBPDatabase>): Promise<IDBPDatabase> {
  for (let left = ASKED - 1; ; left--) {
    const opening = Promise.resolve().then(open);
    try {
      return await inTime(opening);
    } catch (error) {
      // One that opens after all is closed again: another has been asked for meanwhile.
      void opening.then((db) => db.close()).catch(() => undefined);
      if (left === 0) throw error;
    }
  }
}

async function inTime<T>(asked: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('The database does not open', 'TimeoutError')), OPENED_WITHIN_MS);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

async function copyOne(name: string): Promise<Kept> {
  const db = await insist(() => openDB(name));
  try {
    const stores: KeptStore[] = [];
    for (const store of Array.from(db.objectStoreNames)) {
      const tx = db.transaction(store);
      const [keys, values] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
      stores.push({ name: store, entries: keys.map((key, at) => [key, values[at] as unknown]) });
    }
    return { name, stores };
  } finally {
    db.close();
  }
}

/** Everything acknowledged, nothing parked, no text being typed that is here alone. */
function isElsewhereToo({ stores }: Kept): boolean {
  const of = (wanted: keyof NotesSchema) => stores.find(({ name }) => name === wanted)?.entries ?? [];
  if (of('outbox').length > 0 || of('parked').length > 0) return false;
  const books = of('subject').map(([, value]) => value as SubjectRecord).filter(({ type }) => type === 'codebook');
  return of('draft').every(([key, value]) => MARKS.test(String(key)) || (key === CODEBOOK && isReported(value as NotesSchema['draft']['value'], books)));
}

/** A codebook is worked on for weeks, and told at every pause: then the server has what this device has of it. */
function isReported({ key, text }: NotesSchema['draft']['value'], books: readonly SubjectRecord[]): boolean {
  try {
    const draft = JSON.parse(openText(text, key)) as { id: string; note: string; codes: unknown };
    const told = books.find(({ id }) => id === draft.id);
    const { note, codes } = told ? openFields(told.fields, told.id) : {};
    return JSON.stringify([note ?? '', codes]) === JSON.stringify([draft.note, draft.codes]);
  } catch {
    // Under the lock nobody can say.
    return false;
  }
}

function forgetDirt(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('is_unclean' in value)) return value;
  const { is_unclean: _gone, ...standing } = value as Standing;
  return standing;
}
