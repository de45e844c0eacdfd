import { describe, expect, it } from 'vitest';
import { bulkDrafts, previewBulk, type Bulk } from './bulk';
import { entryOf } from './forTests';

const ENTRIES = [
  entryOf('a', { structure: 'directing' }),
  entryOf('b', { structure: 'directing', encounter_id: 'e2', flags: ['resists'] }),
  entryOf('c', {}),
  entryOf('d', { structure: 'doing_with' }),
  entryOf('e', { structure: 'directing' }, { retracted: true }),
  entryOf('f', { merged_into: 'a' }),
  entryOf('g', { kind: 'reflection' }),
];
const doingWith: Bulk = { what: 'structure', to: 'doing_with' };

function told(bulk: Bulk) {
  const { moves, ...numbers } = previewBulk(bulk, ENTRIES);
  return { moves: moves.map(({ from, entries, n_encounters }) => [from, entries.map(({ id }) => id).join(''), n_encounters]), ...numbers };
}

describe('many entries get a code', () => {
  it('counts from what to what, what is so already, and what is left alone', () => {
    expect(told(doingWith)).toEqual({ moves: [['directing', 'ab', 2], [null, 'c', 1]], n: 3, n_same: 1, n_left: 3 });
  });

  it('reports a structure as given later, with the version, and replaces what was shown', () => {
    const [first] = bulkDrafts(doingWith, previewBulk(doingWith, ENTRIES), 4);
    expect(first).toEqual({
      kind: 'entry.amended',
      subject_id: 'a',
      payload: { structure: 'doing_with', structure_origin: 'later', codebook_version: 4 },
      parents: ['a-structure'],
    });
  });

  it('takes a structure away together with how it was given', () => {
    const none: Bulk = { what: 'structure', to: null };
    const drafts = bulkDrafts(none, previewBulk(none, ENTRIES), 4);
    expect(drafts.map(({ subject_id }) => subject_id)).toEqual(['a', 'b', 'd']);
    expect(drafts[0]?.payload).toEqual({ structure: null, structure_origin: 'none', codebook_version: 4 });
  });

  it('adds and removes a flag, the others untouched', () => {
    const [add, remove]: Bulk[] = [{ what: 'add_flag', to: 'x' }, { what: 'remove_flag', to: 'resists' }];
    const payloads = [add, remove].map((bulk) => bulk && bulkDrafts(bulk, previewBulk(bulk, ENTRIES), 1).map(({ payload }) => payload));
    expect(payloads[0]?.[1]).toEqual({ flags: ['resists', 'x'], codebook_version: 1 });
    expect(payloads[1]).toEqual([{ flags: [], codebook_version: 1 }]);
  });
});

describe('many entries are taken back', () => {
  it('and put back again: each where it is not so yet', () => {
    expect(told({ what: 'retract' })).toMatchObject({ n: 5, n_same: 1, n_left: 1 });
    expect(told({ what: 'restore' })).toMatchObject({ n: 1, n_same: 5, n_left: 1 });
    const drafts = bulkDrafts({ what: 'restore' }, previewBulk({ what: 'restore' }, ENTRIES), 1);
    expect(drafts).toEqual([{ kind: 'entry.restored', subject_id: 'e', payload: {}, parents: [] }]);
  });
});
