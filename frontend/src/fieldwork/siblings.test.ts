// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Subject } from '../store/subjects';
import { both, siblingsOf } from './siblings';

function memo(conflicts: Subject['conflicts'], retracted = false): Subject {
  const fields = { text: 'b' };
  return { type: 'memo', id: 'm', fields, heads: {}, conflicts, retracted, author: '', device_seq: 1, is_on_server: true } as Subject;
}

const CONFLICT = { field: 'text', values: [{ change_id: '2', value: 'b' }, { change_id: '1', value: 'a' }] };

describe('texts side by side', () => {
  it('are those of things with several standing texts, and of nothing that was taken back', () => {
    expect(siblingsOf('memo', [memo([CONFLICT]), memo([]), memo([CONFLICT], true)])).toHaveLength(1);
    expect(siblingsOf('memo', [memo([{ ...CONFLICT, field: 'retracted' }])])).toEqual([]);
  });

  it('are kept both with the earlier first, and an emptied text adds nothing', () => {
    expect(both(siblingsOf('memo', [memo([CONFLICT])])[0]!)).toBe('a\nb');
    const emptied = { field: 'text', values: [{ change_id: '2', value: null }, { change_id: '1', value: 'a' }] };
    expect(both(siblingsOf('memo', [memo([emptied])])[0]!)).toBe('a');
  });
});
