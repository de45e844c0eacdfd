import { expect, test } from 'vitest';
import { daysLeft } from './daysLeft';

test('a reminder begins thirty days before the last day and does not end by itself', () => {
  expect(daysLeft(null, '2026-03-02')).toBeUndefined();
  expect(daysLeft('2026-04-02', '2026-03-02')).toBeUndefined();
  expect(daysLeft('2026-04-01', '2026-03-02')).toBe(30);
  expect(daysLeft('2026-03-02', '2026-03-02')).toBe(0);
  expect(daysLeft('2026-02-28', '2026-03-02')).toBe(-2);
});
