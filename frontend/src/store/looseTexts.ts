/**
 * Texts on this device that are no change yet: filters kept under a name, memos that nobody has saved, and whatever is
 * being typed about a thing. What is struck anywhere leaves them before it leaves the thing, so that nothing stays
 * behind where one of the two fails.
 */
import type { Change, FedChange } from './changes';
import { EnvelopeLocked, openText, sealText, type Envelope } from './envelope';
import type { Notes } from './notes';
import { textsOf } from './redact';
import { openBody } from './refold';

const FILTERS = 'review-filters';
const BLANK = '▮';
const WORD = /[\p{L}\p{N}]+/gu;
// Half of a sign of two halves belongs to a word too.
const IN_WORD = /[\p{L}\p{N}\p{Cs}]/u;
const SHORTEST = 3;
const ENDING = 2;
type Rewrite = (text: string) => string;

/** Words were struck here: they leave every memo that was begun, and filters however their letters are written. */
export async function strikeLoose(notes: Notes, made: readonly Pick<Change, 'kind' | 'payload'>[]): Promise<void> {
  for (const { kind, payload } of made) if (kind === 'words.struck') await strikeOne(notes, payload as { words: string; replacement: string });
}

async function strikeOne(notes: Notes, { words, replacement }: { words: string; replacement: string }): Promise<void> {
  const escaped = new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu');
  const inFilter: Rewrite = (text) => text.replace(escaped, () => replacement);
  const inText: Rewrite = (text) => text.replaceAll(words, () => replacement);
  await rewriteLoose(notes, (key) => (key === FILTERS ? (text) => inFilters(text, inFilter, inFilter) : key.startsWith('memo-new:') ? inText : undefined));
}

/**
 * Words were struck elsewhere, and nobody says which: filters that hold what is gone from a text lose theirs, and what is
 * being typed about the thing loses what its texts have lost. False where that is under the lock: then it has to wait.
 */
export async function dropLost(notes: Notes, redactions: readonly FedChange[]): Promise<boolean> {
  const struck = redactions.filter(({ payload }) => payload.mode === 'words');
  if (struck.length === 0) return true;
  const losses = new Map<string, Loss | Unknown>();
  for (const told of struck) losses.set(told.subject_id, joined(losses.get(told.subject_id), await lossIn(notes, told)));
  const lossOf = (key: string): Loss | Unknown | undefined => {
    const id = key.startsWith('note-plan:') ? undefined : [...losses.keys()].find((each) => key.includes(each));
    return id === undefined ? undefined : losses.get(id);
  };
  const drafts = await notes.connection.use((db) => db.getAll('draft'));
  if (drafts.some(({ key, text }) => lossOf(key) && (lossOf(key) === 'locked' || isLocked(text, key)))) return false;
  const all = [...losses.values()];
  const isLost = (word: string): boolean => all.some((loss) => typeof loss === 'string' || loss.words.has(word)) && !all.some((loss) => typeof loss !== 'string' && loss.left.has(word));
  const emptied: Rewrite = (text) => (wordsOf(text).some(isLost) ? '' : text);
  const blanked: Rewrite = (name) => name.replace(WORD, (word) => (isLost(word.toLowerCase()) ? BLANK : word));
  await rewriteLoose(notes, (key) => {
    if (key === FILTERS) return (text) => inFilters(text, emptied, blanked);
    const loss = lossOf(key);
    return loss && typeof loss !== 'string' ? (text) => withoutLost(text, loss) : undefined;
  });
  return true;
}

/** What the texts of a thing have lost: each changed piece with what stands there now, and words that stand nowhere. */
interface Loss {
  readonly pieces: readonly (readonly [string, string])[];
  readonly words: ReadonlySet<string>;
  readonly left: ReadonlySet<string>;
}
/** Why nobody knows. What is damaged stays so, and the sync goes on. */
type Unknown = 'locked' | 'damaged';

async function lossIn(notes: Notes, { payload, stubs = [] }: FedChange): Promise<Loss | Unknown> {
  const ids = (payload.changes ?? []) as string[];
  const records = await notes.connection.use((db) => Promise.all(ids.map((id) => db.get('change', id))));
  try {
    const before = records.flatMap((record) => (record ? textsOf(openBody(record.body).payload).map((one) => ({ ...one, of: record.change_id })) : []));
    const after = stubs.flatMap((stub) => textsOf(stub.payload).map((one) => ({ ...one, of: stub.change_id })));
    const now = new Map(after.map(({ of, path, text }) => [JSON.stringify([of, path]), text]));
    const left = new Set(after.flatMap(({ text }) => wordsOf(text)));
    const pieces = before.flatMap(({ of, path, text }) => pieceOf(text, now.get(JSON.stringify([of, path]))));
    return { pieces, left, words: new Set(before.flatMap(({ text }) => wordsOf(text)).filter((word) => !left.has(word))) };
  } catch (error) {
    return error instanceof EnvelopeLocked ? 'locked' : 'damaged';
  }
}

function isLocked(text: Envelope, key: string): boolean {
  try {
    return openText(text, key) === undefined;
  } catch (error) {
    return error instanceof EnvelopeLocked;
  }
}

function joined(one: Loss | Unknown | undefined, other: Loss | Unknown): Loss | Unknown {
  if (one === undefined || typeof other === 'string') return other;
  if (typeof one === 'string') return one;
  return { pieces: [...one.pieces, ...other.pieces], words: new Set([...one.words, ...other.words]), left: new Set([...one.left, ...other.left]) };
}

/** What differs between a text and what is left of it, to the ends of words: half a name would say the other half. */
function pieceOf(before: string, after: string | undefined): [string, string][] {
  if (after === undefined || after === before) return [];
  const most = Math.min(before.length, after.length);
  let [start, end] = [0, 0];
  while (start < most && before[start] === after[start]) start++;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  while (start > 0 && IN_WORD.test(before[start - 1] as string)) start--;
  while (end > 0 && IN_WORD.test(before.at(-end) as string)) end--;
  return [[before.slice(start, before.length - end), after.slice(start, after.length - end)]];
}

function withoutLost(text: string, loss: Loss): string {
  const mended = loss.pieces.reduce((left, [from, to]) => (from ? left.replaceAll(from, () => to) : left), text);
  return mended.replace(WORD, (word) => (isStruck(word.toLowerCase(), loss) ? BLANK : word));
}

/** A name is also struck as it is said of somebody's: with an ending of two letters more or fewer. */
function isStruck(word: string, { words, left }: Loss): boolean {
  if (words.has(word)) return true;
  if (left.has(word) || word.length < SHORTEST) return false;
  return [...words].some((one) => one.length >= SHORTEST && Math.abs(one.length - word.length) <= ENDING && (one.startsWith(word) || word.startsWith(one)));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? [];
}

function inFilters(kept: string, inText: Rewrite, inName: Rewrite): string {
  const told = JSON.parse(kept, (key, value: unknown) => {
    if (typeof value !== 'string') return value;
    return key === 'text' ? inText(value) : key === 'name' ? inName(value) : value;
  }) as unknown;
  return JSON.stringify(told);
}

async function rewriteLoose(notes: Notes, how: (key: string) => Rewrite | undefined): Promise<void> {
  const keys: string[] = [];
  await notes.connection.use(async (db) => {
    const tx = db.transaction('draft', 'readwrite');
    let draft = await tx.store.openCursor();
    for (; draft; draft = await draft.continue()) {
      const { key, text } = draft.value;
      const rewrite = how(key);
      if (!rewrite) continue;
      keys.push(key);
      const left = rewritten(() => openText(text, key), rewrite);
      if (left !== undefined) await draft.update({ key, text: sealText(left, key) });
      // What cannot be read could hold it. Filters are made again in a minute; the rest is somebody's work.
      else if (key === FILTERS) await draft.delete();
    }
    await tx.done;
  });
  await notes.readDrafts(keys);
}

/** Undefined where it can be read neither by us nor as what it should be. */
function rewritten(read: () => string, rewrite: Rewrite): string | undefined {
  try {
    return rewrite(read());
  } catch {
    return undefined;
  }
}
