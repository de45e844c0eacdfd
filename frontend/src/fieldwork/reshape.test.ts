import { describe, expect, it } from 'vitest';
import type { EntryFields } from '../store/subjects';
import { mayCut, mergeEntries, splitEntry, takeApart } from './reshape';

const AT = Date.parse('2026-03-02T09:00:00.000Z');
const stamp = (ms: number): string => new Date(ms).toISOString();

function making() {
  let next = 0;
  return { newId: () => `id-${++next}`, stamp };
}

function entry(id: string, fields: Partial<EntryFields>): { id: string; fields: EntryFields } {
  return { id, fields: { encounter_id: 'e', kind: 'point', started_at: stamp(AT), ...fields } };
}

describe('splitting', () => {
  it('cuts a stretch of time: the first ends where the second begins, the words stay with the first', () => {
    const state = entry('a', { kind: 'state', ended_at: stamp(AT + 600_000), end_origin: 'tap', jotting: 'hun', structure: 'unclear' });
    const [first, second] = splitEntry(state, AT + 240_000, making());
    expect(first).toMatchObject({ kind: 'entry.amended', subject_id: 'a', payload: { ended_at: stamp(AT + 240_000), end_origin: 'recalled' } });
    expect(second).toMatchObject({
      kind: 'entry.logged',
      payload: { started_at: stamp(AT + 240_000), ended_at: stamp(AT + 600_000), end_origin: 'tap', structure_origin: 'later' },
    });
    expect(second?.payload).not.toHaveProperty('jotting');
    expect(first?.group_id).toBe(second?.group_id);
    expect(mayCut(state.fields, AT + 700_000)).toBe(false);
  });

  it('gives a moment a twin', () => {
    const drafts = splitEntry(entry('a', { action: 'asks', actor_id: 'p1' }), AT, making());
    expect(drafts).toHaveLength(1);
    expect(drafts[0]?.payload).toMatchObject({ action: 'asks', actor_id: 'p1', started_at: stamp(AT) });
  });
});

describe('merging', () => {
  it('takes words and flags along, as one group, and can be taken apart', () => {
    const into = entry('a', { jotting: 'først', flags: ['resists'] });
    const twice = entry('b', { jotting: 'så', flags: ['resists', 'as_if_choice'] });
    const [gained, merged] = mergeEntries(twice, into, making());
    expect(gained).toMatchObject({ subject_id: 'a', payload: { jotting: 'først\nså', flags: ['resists', 'as_if_choice'] } });
    expect(merged).toMatchObject({ subject_id: 'b', payload: { merged_into: 'a' } });
    expect(gained?.group_id).toBe(merged?.group_id);
    expect(takeApart(twice).payload).toEqual({ merged_into: null });
  });

  it('of an entry without words changes nothing in the other', () => {
    expect(mergeEntries(entry('b', {}), entry('a', { jotting: 'x' }), making())).toHaveLength(1);
  });
});
