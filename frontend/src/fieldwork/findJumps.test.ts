import { expect, it } from 'vitest';
import type { Notebook } from '../store/notebook';
import type { EncounterSubject } from '../store/subjects';
import { findJumps } from './findJumps';

const at = (clock: string): string => `2026-03-02T${clock}:00.000+01:00`;

/** A change of that minute of one run of the app. */
function change(number: number, minute: number, made: string, started: string, more: object = { kind: 'entry.logged' }): object {
  const own = { change_id: String(number), device_id: 'd', session_id: 's', device_seq: number, monotonic_ms: minute * 60_000 };
  return { ...own, made_at: at(made), payload: { started_at: at(started) }, ...more };
}

const SHIFT = { kind: 'entry.amended', group_id: 'g' };
const ENCOUNTER = { id: 'e', fields: { started_at: at('09:00') }, heads: { started_at: ['1'] } } as unknown as EncounterSubject;

/** A visit whose second entry was written after the clock was set back, and what was said of that entry since. */
function notebookOf(now: string, ...since: object[]): Notebook {
  const histories: Record<string, object[]> = {
    e: [change(1, 0, '09:00', '09:00', { kind: 'encounter.started' })],
    a: [change(2, 40, '09:40', '09:40')],
    b: [change(3, 41, '09:29', '09:29'), ...since],
    gone: [change(4, 42, '09:30', '09:30')],
  };
  const entries = [
    { id: 'a', fields: { started_at: at('09:40') }, heads: { started_at: ['2'] } },
    { id: 'b', fields: { started_at: at(now) }, heads: { started_at: [String(3 + 2 * since.length)] } },
    { id: 'gone', retracted: true, fields: { started_at: at('09:30') }, heads: { started_at: ['4'] } },
  ];
  return { entriesOf: () => entries, history: async (id: string) => Promise.resolve(histories[id] ?? []), list: () => [] } as unknown as Notebook;
}

async function find(notebook: Notebook): Promise<unknown[]> {
  const found = await findJumps(notebook, [ENCOUNTER]);
  return found.map(({ jump, since }) => [jump.by_ms / 60_000, [...(since ?? [])]]);
}

it('a clock that was set back in an encounter, with what was told since, of what was taken back too', async () => {
  expect(await find(notebookOf('09:29'))).toEqual([[12, ['b started_at', 'gone started_at']]]);
});

it('is none once the time was set, and is one again where that was taken back', async () => {
  const shifted = change(5, 500, '20:00', '09:41', SHIFT);
  expect(await find(notebookOf('09:41', shifted))).toEqual([]);
  const back = change(7, 501, '20:01', '09:29', SHIFT);
  expect(await find(notebookOf('09:29', shifted, back))).toEqual([[12, ['b started_at', 'gone started_at']]]);
});
