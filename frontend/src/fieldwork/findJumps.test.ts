import { expect, it } from 'vitest';
import type { Notebook } from '../store/notebook';
import type { EncounterSubject } from '../store/subjects';
import { findJumps } from './findJumps';

const at = (clock: string): string => `2026-03-02T${clock}:00.000+01:00`;

/** A change of that minute of one run of the app. */
function change(number: number, minute: number, made: string, started: string): unknown {
  const own = { change_id: String(number), device_id: 'd', session_id: 's', device_seq: number, monotonic_ms: minute * 60_000 };
  return { ...own, made_at: at(made), payload: { started_at: at(started) } };
}

/** A visit whose second entry was written after the clock went back, and what was said of that entry since. */
function notebookOf(now: string, ...since: unknown[]): Notebook {
  const histories: Record<string, unknown[]> = {
    e: [change(1, 0, '09:00', '09:00')], a: [change(2, 40, '09:40', '09:40')], b: [change(3, 41, '09:29', '09:29'), ...since],
  };
  const entries = [{ id: 'a', fields: { started_at: at('09:40') } }, { id: 'b', fields: { started_at: at(now) } }];
  return { entriesOf: () => entries, history: async (id: string) => Promise.resolve(histories[id] ?? []), list: () => [] } as unknown as Notebook;
}

async function find(notebook: Notebook): Promise<unknown[]> {
  const found = await findJumps(notebook, [{ id: 'e', fields: { started_at: at('09:00') } } as unknown as EncounterSubject]);
  return found.map(({ jump, since }) => [jump.by_ms / 60_000, [...(since ?? [])]]);
}

it('a clock that went back in an encounter, with what was written since', async () => {
  expect(await find(notebookOf('09:29'))).toEqual([[12, ['b started_at']]]);
});

it('is none once the time was set, and is one again where that was taken back', async () => {
  const shifted = change(4, 500, '20:00', '09:41');
  expect(await find(notebookOf('09:41', shifted))).toEqual([]);
  expect(await find(notebookOf('09:29', shifted, change(5, 501, '20:01', '09:29')))).toEqual([[12, ['b started_at']]]);
});
