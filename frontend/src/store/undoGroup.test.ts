import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StoredChange } from './changes';
import { undoGroup } from './undoGroup';

interface Case {
  name: string;
  changes: StoredChange[];
  group: string;
  drafts: [string, string, object][];
  left: [string, string][];
}

const cases = JSON.parse(readFileSync('../tests/vectors/undo_by_hand.json', 'utf-8')) as Case[];

describe('taking back a group, as the server does', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, { changes, group, drafts, left }) => {
    const undo = undoGroup(changes, group);
    expect(undo.drafts.map(({ kind, subject_id, payload }) => [kind, subject_id, payload])).toEqual(drafts);
    expect(undo.left.map(({ subject_id, field }) => [subject_id, field])).toEqual(left);
  });

  it('has cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(5);
  });
});
