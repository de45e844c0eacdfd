import { describe, expect, it } from 'vitest';
import type { StoredChange } from '../store/changes';
import { stepsOf } from './history';

const change = (change_id: string, kind: string, payload: object, parents: string[] = [], more: object = {}) =>
  ({ change_id, kind, subject_id: 'a', payload, parents, ...more }) as unknown as StoredChange;

const told = (...changes: StoredChange[]) => stepsOf(changes).map(({ fields }) => fields.map(({ field, from, to }) => [field, from, to]));

describe('the history of an entry', () => {
  it('tells from what to what, also from one that is two changes back', () => {
    expect(
      told(
        change('1', 'entry.logged', { structure: 'directing' }),
        change('2', 'entry.amended', { jotting: 'vent' }),
        change('3', 'entry.amended', { structure: null }, ['1']),
      ),
    ).toEqual([[['structure', undefined, 'directing']], [['jotting', undefined, 'vent']], [['structure', 'directing', null]]]);
  });

  it('tells what whoever wrote had before, not what another device wrote meanwhile', () => {
    const steps = told(
      change('1', 'entry.logged', { structure: 'directing' }),
      change('2', 'entry.amended', { structure: 'unclear' }, ['1']),
      change('3', 'entry.amended', { structure: 'doing_with' }, ['1']),
    );
    expect(steps[2]).toEqual([['structure', 'directing', 'doing_with']]);
  });

  it('tells of taking back, and nothing of what was erased', () => {
    expect(told(change('1', 'entry.retracted', {}))).toEqual([[['retracted', undefined, true]]]);
    expect(told(change('1', 'entry.amended', {}, [], { redacted: { mode: 'erased', by: 'x' } }))).toEqual([[]]);
  });
});
