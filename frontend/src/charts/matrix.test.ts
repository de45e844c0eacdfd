import { describe, expect, it } from 'vitest';
import { shadeOf } from './matrix';

describe('the shade of a cell', () => {
  it('tells nothing from something, and the most from less', () => {
    expect([shadeOf(0, 10), shadeOf(1, 100), shadeOf(50, 100), shadeOf(100, 100), shadeOf(3, 0)]).toEqual([0, 1, 3, 5, 0]);
  });
});
