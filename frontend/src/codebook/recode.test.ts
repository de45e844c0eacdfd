import { describe, expect, it } from 'vitest';
import type { Code, EntryFields, EntrySubject } from '../store/subjects';
import { anyEntry, pendingRecodes, previewRecode, recodeDrafts, type RecodePlan } from './recode';

const alone = (id: string): string => id;
let made = 0;
const entry = (fields: Partial<EntryFields>, retracted = false): EntrySubject =>
  ({ id: `e${(made += 1)}`, retracted, fields: { encounter_id: 'v1', kind: 'point', started_at: '', ...fields } }) as unknown as EntrySubject;

const ENTRIES = [
  entry({ structure: 'doing_for', actor_id: 'p1', jotting: 'lader hende vente' }),
  entry({ structure: 'doing_for', actor_id: 'c1', encounter_id: 'v2', structure_origin: 'explicit' }),
  entry({ structure: 'doing_for', actor_id: 'p1', action: 'asks' }),
  entry({ structure: 'directing' }),
  entry({ structure: 'doing_for' }, true),
  entry({ flags: ['doing_for', 'resists'] }),
];
const merge: RecodePlan = { dimension: 'structure', from: 'doing_for', rules: [anyEntry('doing_with')], rest: null };

describe('a plan for old entries', () => {
  it('counts what a merge would recode, without what was retracted', () => {
    const { to, staying } = previewRecode(merge, ENTRIES, alone);
    expect(to.map(({ key, entries, n_encounters }) => [key, entries.length, n_encounters])).toEqual([['doing_with', 3, 2]]);
    expect(staying).toEqual([]);
  });

  it('reports a merge as one group, each entry coded with the new version, its origin untouched', () => {
    const drafts = recodeDrafts(merge, previewRecode(merge, ENTRIES, alone), 2, 'g');
    expect(drafts).toHaveLength(3);
    expect(drafts[1]).toEqual({ kind: 'entry.amended', subject_id: ENTRIES[1]?.id, group_id: 'g', payload: { structure: 'doing_with', codebook_version: 2 } });
  });

  it('sorts entries of a split by the first rule that fits, and the others stay or go where told', () => {
    const rules = [
      { ...anyEntry('waiting'), words: ' VENTE ' },
      { ...anyEntry('helping'), actor_id: 'p1' },
    ];
    const plan = { ...merge, rules };
    const preview = previewRecode(plan, ENTRIES, alone);
    expect(preview.to.map(({ key, entries }) => [key, entries.length])).toEqual([['waiting', 1], ['helping', 1]]);
    expect(preview.staying.map(({ id }) => id)).toEqual([ENTRIES[1]?.id]);
    expect(previewRecode({ ...plan, rest: 'directing' }, ENTRIES, alone).staying).toEqual([]);
    expect(previewRecode({ ...plan, rules: [anyEntry('')] }, ENTRIES, alone)).toMatchObject({ to: [], staying: { length: 3 } });
    expect(recodeDrafts(plan, preview, 2, 'g')[0]?.payload).toEqual({ structure: 'waiting', structure_origin: 'later', codebook_version: 2 });
  });

  it('puts one flag in the place of another, once', () => {
    const plan: RecodePlan = { dimension: 'flag', from: 'doing_for', rules: [anyEntry('resists')], rest: null };
    expect(recodeDrafts(plan, previewRecode(plan, ENTRIES, alone), 2, 'g').map(({ payload }) => payload)).toEqual([{ flags: ['resists'], codebook_version: 2 }]);
  });

  it('finds retired codes that entries still carry, also those that a phone brings later', () => {
    const retired = { dimension: 'structure', key: 'doing_for', label: { en: 'x' }, status: 'retired' } as Code;
    expect(pendingRecodes([retired, { ...retired, key: 'gone' }], ENTRIES).map(({ code, entries }) => [code.key, entries.length])).toEqual([['doing_for', 3]]);
    expect(pendingRecodes([{ ...retired, status: 'active' }], ENTRIES)).toEqual([]);
  });
});
