import { describe, expect, it } from 'vitest';
import type { Codebook } from '../fieldwork/codes';
import { closedBy, maySpan, openStates, startsAsState, stoppedBy, type EntryLike } from './running';

const codebook: Codebook = {
  version: 1,
  codes: [
    { dimension: 'action', key: 'talks', label: { en: 'Talks' }, timing: 'point', scope: 'act' },
    { dimension: 'action', key: 'handles', label: { en: 'Handles' }, timing: 'state', scope: 'act', exclusive_set: 'hands' },
    { dimension: 'action', key: 'lifts', label: { en: 'Lifts' }, timing: 'state', scope: 'act', exclusive_set: 'hands' },
    { dimension: 'structure', key: 'directing', label: { en: 'Directing' }, timing: 'either', scope: 'interaction', exclusive_set: 'structure' },
    { dimension: 'structure', key: 'leaving', label: { en: 'Leaving be' }, timing: 'either', scope: 'interaction', exclusive_set: 'structure' },
  ],
};

function state(id: string, fields: EntryLike['fields']): EntryLike {
  return { id, fields: { kind: 'state', ended_at: null, ...fields } };
}

describe('running states', () => {
  it('are open states that were not taken back', () => {
    const entries = [
      state('a', { action: 'handles' }),
      state('b', { action: 'handles', ended_at: '2026-03-02T09:00:00.000+01:00' }),
      { ...state('c', { action: 'handles' }), retracted: true },
      { id: 'd', fields: { kind: 'point' } },
    ];
    expect(openStates(entries).map((entry) => entry.id)).toEqual(['a']);
  });

  it('start with a code of timing state only; either may be stretched later', () => {
    expect(startsAsState(codebook, { actor_id: 'p1', action: 'handles', structure: null })).toBe(true);
    expect(startsAsState(codebook, { actor_id: 'p1', action: 'talks', structure: 'directing' })).toBe(false);
    expect(maySpan(codebook, { actor_id: 'p1', action: 'talks', structure: 'directing' })).toBe(true);
    expect(maySpan(codebook, { actor_id: 'p1', action: 'talks', structure: null })).toBe(false);
  });

  it('stop on the second tap by the same actor when the code belongs to the act', () => {
    const open = [state('a', { action: 'handles', actor_id: 'p1' })];
    expect(stoppedBy(open, codebook, 'action', 'handles', 'p1')?.id).toBe('a');
    expect(stoppedBy(open, codebook, 'action', 'handles', 'c1')).toBeUndefined();
  });

  it('stop on the second tap whoever is selected when the code belongs to the interaction', () => {
    const open = [state('a', { structure: 'directing', actor_id: 'p1' })];
    expect(stoppedBy(open, codebook, 'structure', 'directing', 'c1')?.id).toBe('a');
  });

  it('are closed by another code of their exclusive set in their lane, and by nothing else', () => {
    const open = [
      state('p1 handles', { action: 'handles', actor_id: 'p1' }),
      state('c1 handles', { action: 'handles', actor_id: 'c1' }),
      state('directing', { structure: 'directing', actor_id: 'p1' }),
    ];
    const lifts = closedBy(open, codebook, { actor_id: 'p1', action: 'lifts', structure: null });
    expect(lifts.map((entry) => entry.id)).toEqual(['p1 handles']);
    const leaving = closedBy(open, codebook, { actor_id: 'c1', action: 'talks', structure: 'leaving' });
    expect(leaving.map((entry) => entry.id)).toEqual(['directing']);
  });

  it('with an action of timing state are not closed by a structure that was only their moment', () => {
    const open = [state('a', { action: 'handles', structure: 'directing', actor_id: 'p1' })];
    expect(closedBy(open, codebook, { actor_id: 'p1', action: null, structure: 'leaving' })).toEqual([]);
  });
});
