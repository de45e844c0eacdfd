import { expect, it } from 'vitest';
import { dates } from './dates';

const MOMENT = new Date('2026-11-27T14:05:00Z');
const HOW = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const;

it('the day before the month and twenty-four hours, in both languages', () => {
  expect(dates('en', HOW).format(MOMENT)).toBe('27 Nov 2026, 14:05');
  expect(dates('da', HOW).format(MOMENT)).toMatch(/^27\. nov\. 2026,? 14\.05$/);
  expect(dates('en', { dateStyle: 'long', timeZone: 'UTC' }).format(MOMENT)).toBe('27 November 2026');
});
