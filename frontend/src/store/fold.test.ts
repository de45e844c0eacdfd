import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fold, type FoldedChange } from './fold';

// Both folds run this corpus; the results come from the protocol's page, not from either program.
const CORPUS = join(import.meta.dirname, '../../../tests/vectors');

interface Vector {
  name: string;
  changes: FoldedChange[];
  subjects: { type: string; id: string; fields: object; conflicts: object[]; is_created: boolean }[];
}

const vectors = readdirSync(CORPUS)
  .filter((name) => name.startsWith('fold'))
  .flatMap((name) => JSON.parse(readFileSync(join(CORPUS, name), 'utf-8')) as Vector[]);

function tell(changes: FoldedChange[]) {
  return fold(changes)
    .map(({ type, id, fields, conflicts, isCreated }) => ({ type, id, fields, conflicts, is_created: isCreated }))
    .sort(byName);
}

function byName(one: { type: string; id: string }, other: { type: string; id: string }): number {
  return `${one.type} ${one.id}` < `${other.type} ${other.id}` ? -1 : 1;
}

describe('the fold agrees with the shared corpus', () => {
  it('holds at least the 25 vectors written by hand', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(25);
  });

  it.each(vectors)('$name', ({ changes, subjects }) => {
    expect(tell(changes)).toEqual([...subjects].sort(byName));
  });

  it.each(vectors)('$name, in the opposite order and told twice', ({ changes, subjects }) => {
    // Of two changes with one id the first is taken, so the opposite order is a promise for ids told once.
    const versions = [...changes].reverse().map((change) => [JSON.stringify([change.change_id, change.redacted]), change]);
    const once = [...new Map(versions as [string, FoldedChange][]).values()];
    const backwards = once.reverse();
    expect(tell([...backwards, ...backwards])).toEqual([...subjects].sort(byName));
  });
});
