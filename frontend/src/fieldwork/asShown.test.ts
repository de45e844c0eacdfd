import { describe, expect, it } from 'vitest';
import { fold, type FoldedChange } from '../store/fold';
import { replaceShown } from './asShown';

describe('saving from a form that was filled before something arrived', () => {
  const HEAD = { change_id: 'a', kind: 'entry.logged', subject_id: 'e', parents: [], made_at: '2026-03-02T09:00:00.000+01:00' };

  it('replaces what the form showed, field by field', () => {
    const shown = { id: 'e', heads: { flags: ['a'], jotting: ['a', 'b'], action: ['c'] } };
    const draft = replaceShown(shown, 'entry.amended', { jotting: 'ny', flags: [], structure: 'directing' });
    expect(draft.parents).toEqual(['a', 'b']);
  });

  it('keeps the words that the form never showed', () => {
    const logged = { ...HEAD, payload: { kind: 'point', jotting: null } };
    const arrived = { ...HEAD, change_id: 'b', kind: 'entry.amended', parents: ['a'], payload: { jotting: 'vent lidt' } };
    const draft = replaceShown({ id: 'e', heads: { jotting: ['a'] } }, 'entry.amended', { jotting: 'mine' });
    const saved = { ...HEAD, change_id: 'c', ...draft, parents: [...(draft.parents ?? [])], made_at: '2026-03-02T10:00:00.000+01:00' };
    const [folded] = fold([logged, arrived, saved] as FoldedChange[]);
    expect(folded?.conflicts.map((conflict) => conflict.values.map((one) => one.value))).toEqual([['mine', 'vent lidt']]);
  });
});
