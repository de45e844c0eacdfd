import { describe, expect, it } from 'vitest';
import type { Notebook } from '../store/notebook';
import { countAbout, countReplies, memosPlace, readAbout, threadsAbout, type About, type Thread } from './memos';
import { dayName } from './when';

function memo(id: string, hour: number, about: About[], retracted = false): object {
  return { id, retracted, fields: { text: id, about, written_at: `2026-03-02T${String(hour).padStart(2, '0')}:00:00.000+01:00` } };
}

const told = (threads: Thread[]): unknown[] => threads.map(({ memo: { id }, replies }) => (replies.length > 0 ? [id, told(replies)] : id));
const with_ = (...memos: object[]): Notebook => ({ list: () => memos, get: () => undefined }) as unknown as Notebook;

describe('memos', () => {
  const code = { type: 'code', id: 'directing' };
  const notebook = with_(
    memo('a', 9, [code]), memo('b', 11, [{ type: 'memo', id: 'a' }]), memo('c', 10, [{ type: 'memo', id: 'a' }, code]),
    memo('d', 12, []), memo('gone', 13, [code], true),
  );

  it('stand newest first, each with its replies in time', () => {
    expect(told(threadsAbout(notebook, []))).toEqual(['d', ['a', ['c', 'b']]]);
    expect(threadsAbout(notebook, []).map(countReplies)).toEqual([0, 2]);
  });

  it('are found by what they are about', () => {
    expect(told(threadsAbout(notebook, [code]))).toEqual(['c', ['a', ['c', 'b']]]);
    expect(told(threadsAbout(notebook, [{ type: 'memo', id: 'b' }]))).toEqual(['b']);
    expect(countAbout(notebook, code)).toBe(2);
    expect(countAbout(notebook, { type: 'actor', id: 'directing' })).toBe(0);
  });

  it('without a time, as a script may bring them, stand behind those that have one', () => {
    const timeless = { id: 'b', retracted: false, fields: { text: 'b', about: [code] } };
    const mixed = with_(memo('a', 9, [code]), timeless, memo('c', 10, [code]));
    expect(told(threadsAbout(mixed, [code]))).toEqual(['c', 'a', 'b']);
    expect(dayName('', 'en')).toBe('');
  });

  it('that reply to each other end somewhere', () => {
    const round = with_(memo('x', 9, [{ type: 'memo', id: 'y' }, code]), memo('y', 10, [{ type: 'memo', id: 'x' }]));
    expect(told(threadsAbout(round, [code]))).toEqual([['x', ['y']]]);
  });

  it('have addresses that say what they are about', () => {
    const several = [{ type: 'entry', id: 'a' }, { type: 'entry', id: 'b' }];
    expect(readAbout(memosPlace(several).slice('#/memos/'.length))).toEqual(several);
    expect(readAbout('code:a:b')).toEqual([{ type: 'code', id: 'a:b' }]);
    expect(readAbout('')).toEqual([]);
  });
});
