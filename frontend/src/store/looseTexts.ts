/**
 * Texts on this device that are about no one thing: filters kept under a name, and memos that nobody has saved yet. What
 * is struck anywhere leaves them before it leaves the thing, so that nothing stays behind where one of the two fails.
 */
import type { Change, FedChange } from './changes';
import { openText, sealText } from './envelope';
import type { Notes } from './notes';
import { textsOf } from './redact';
import { openBody } from './refold';

const FILTERS = 'review-filters';
const BLANK = '▮';
type Rewrite = (text: string) => string;

/** Words were struck here: they leave every memo that was begun, and filters however their letters are written. */
export async function strikeLoose(notes: Notes, made: readonly Pick<Change, 'kind' | 'payload'>[]): Promise<void> {
  for (const { kind, payload } of made) if (kind === 'words.struck') await strikeOne(notes, payload as { words: string; replacement: string });
}

async function strikeOne(notes: Notes, { words, replacement }: { words: string; replacement: string }): Promise<void> {
  const escaped = new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu');
  const inFilter: Rewrite = (text) => text.replace(escaped, () => replacement);
  await rewriteLoose(notes, (key) => (key === FILTERS ? (text) => inFilters(text, inFilter, inFilter) : (text) => text.replaceAll(words, () => replacement)));
}

/** Words were struck elsewhere, and nobody says which: filters that hold what is gone from a text lose theirs. */
export async function dropLost(notes: Notes, redactions: readonly FedChange[]): Promise<void> {
  const struck = redactions.filter(({ payload }) => payload.mode === 'words');
  if (struck.length === 0) return;
  const lost = await lostWords(notes, struck);
  const isLost = (word: string): boolean => lost === undefined || lost.has(word.toLowerCase());
  const emptied: Rewrite = (text) => (wordsOf(text).some(isLost) ? '' : text);
  const blanked: Rewrite = (name) => name.replace(/[\p{L}\p{N}]+/gu, (word) => (isLost(word) ? BLANK : word));
  await rewriteLoose(notes, (key) => (key === FILTERS ? (text) => inFilters(text, emptied, blanked) : undefined));
}

/** What stood in the texts that were struck and stands in them no more; undefined where that cannot be read. */
async function lostWords(notes: Notes, redactions: readonly FedChange[]): Promise<ReadonlySet<string> | undefined> {
  const ids = redactions.flatMap(({ payload }) => (payload.changes ?? []) as string[]);
  const records = await notes.connection.use((db) => Promise.all(ids.map((id) => db.get('change', id))));
  try {
    const before = records.flatMap((record) => (record ? textsOf(openBody(record.body).payload) : []));
    const after = redactions.flatMap(({ stubs = [] }) => stubs.flatMap(({ payload }) => textsOf(payload)));
    const left = new Set(after.flatMap(({ text }) => wordsOf(text)));
    return new Set(before.flatMap(({ text }) => wordsOf(text)).filter((word) => !left.has(word)));
  } catch {
    // Locked or damaged: whatever it held, the sync goes on.
    return undefined;
  }
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function inFilters(kept: string, inText: Rewrite, inName: Rewrite): string {
  const told = JSON.parse(kept, (key, value: unknown) => {
    if (typeof value !== 'string') return value;
    return key === 'text' ? inText(value) : key === 'name' ? inName(value) : value;
  }) as unknown;
  return JSON.stringify(told);
}

async function rewriteLoose(notes: Notes, how: (key: string) => Rewrite | undefined): Promise<void> {
  await notes.connection.use(async (db) => {
    const tx = db.transaction('draft', 'readwrite');
    let draft = await tx.store.openCursor();
    for (; draft; draft = await draft.continue()) {
      const { key, text } = draft.value;
      const rewrite = key === FILTERS || key.startsWith('memo-new:') ? how(key) : undefined;
      const left = rewrite && rewritten(() => openText(text, key), rewrite);
      if (left !== undefined) await draft.update({ key, text: sealText(left, key) });
      // What cannot be read could hold it. Filters are made again in a minute; a memo is somebody's work.
      else if (rewrite && key === FILTERS) await draft.delete();
    }
    await tx.done;
  });
  await notes.readDrafts([FILTERS, 'memo-new:']);
}

/** Undefined where it can be read neither by us nor as what it should be. */
function rewritten(read: () => string, rewrite: Rewrite): string | undefined {
  try {
    return rewrite(read());
  } catch {
    return undefined;
  }
}
