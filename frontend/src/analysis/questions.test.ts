import { describe, expect, it } from 'vitest';
import { groupQuestions } from './questions';

const named = (...names: string[]) => names.map((name) => ({ name }));

describe('the order of the questions', () => {
  it('is re-reading, counting, inference; a new one stands among the counts', () => {
    const groups = groupQuestions(named('sequences', 'frequencies', 'brand-new', 'timeline', 'agreement'), true);
    expect(groups.map(({ offers }) => offers.map(({ name }) => name))).toEqual([['timeline'], ['frequencies', 'agreement', 'brand-new'], ['sequences']]);
  });

  it('has nothing about two observers for somebody who works alone', () => {
    expect(groupQuestions(named('agreement', 'frequencies'), false).flatMap(({ offers }) => offers)).toEqual(named('frequencies'));
  });
});
