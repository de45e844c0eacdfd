import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { newPhone } from '../store/forTests';
import { newId } from '../store/identity';
import { newLabel, nextLabel, observerMark } from './newLabel';

describe('a new pseudonym', () => {
  it('is the next free number of its kind, letter case aside, with the mark of who proposes it', () => {
    expect(nextLabel(['P1', 'p2', 'C1'], 'professional', 'a')).toBe('P3a');
    expect(nextLabel([], 'relative', '-1')).toBe('R1-1');
  });

  it('takes no number that another observer has given away', () => {
    expect(nextLabel(['C1a', 'C2-2', 'C4b'], 'citizen', 'b')).toBe('C3b');
  });

  it('is read from the notebook, observers of its encounters too', async () => {
    const notebook = await newPhone().open();
    await notebook.write([{ kind: 'actor.added', subject_id: newId(), payload: { label: 'C1a', kind: 'citizen' } }]);
    expect(newLabel(notebook, 'citizen')).toBe('C2-1');
    const started_at = '2026-03-02T09:00:00.000+01:00';
    await notebook.write([
      { kind: 'encounter.started', subject_id: newId(), payload: { kind: 'visit', started_at, observer: 'Anders' } },
      { kind: 'actor.added', subject_id: newId(), payload: { label: 'Annika', kind: 'observer' } },
    ]);
    const account = { ...notebook.account, observer: 'Anne' };
    const hers = { account, list: notebook.list.bind(notebook) } as unknown as typeof notebook;
    expect(newLabel(hers, 'citizen')).toBe('C2anne');
    notebook.close();
  });
});

describe("an observer's mark", () => {
  it('is the initial in small, and of a numbered observer the number', () => {
    expect(observerMark('Anne', ['Anne', 'Bo', 'observer-2'])).toBe('a');
    expect(observerMark('Øjvind', [])).toBe('ø');
    expect(observerMark('observer-12', ['observer-1'])).toBe('-12');
  });

  it('grows until it tells two apart, on both phones', () => {
    expect(observerMark('Anne', ['Anders', 'Anne'])).toBe('ann');
    expect(observerMark('Anders', ['Anders', 'Anne'])).toBe('and');
    expect(observerMark('Ann', ['Anne'])).toBe('ann');
    expect(observerMark('Anne', ['Ann'])).toBe('anne');
  });

  it('never reads as a part of the number', () => {
    expect(observerMark('2. hold', [])).toBe('-2');
    expect(observerMark('🙂', [])).toBe('-0');
  });
});
