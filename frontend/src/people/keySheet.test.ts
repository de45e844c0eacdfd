// @vitest-environment node
import { afterEach, beforeEach, expect, it } from 'vitest';
import { foldLabel, readSheet } from '../fieldwork/keysheet/readSheet';
import { newPhone } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import { emptyTable, sheetRows } from './keySheet';

let notebook: OpenNotebook;
const ids = Array.from({ length: 5 }, () => newId());
const added = (at: number, label: string, kind: string, more: object = {}) =>
  ({ kind: 'actor.added', subject_id: ids[at] as string, payload: { label, kind, ...more } }) as const;

beforeEach(async () => {
  notebook = await newPhone().open();
  await notebook.write([
    added(0, 'C10', 'citizen', { agency: 'North' }), added(1, 'C2', 'citizen'), added(2, 'P1', 'professional'),
    added(3, 'me', 'observer'), added(4, '=A;"1"', 'relative'),
  ]);
});
afterEach(() => notebook.close());

it('lists everybody but the observers, by kind, with those that turned out to be them and when they came', async () => {
  await notebook.write([{ kind: 'actor.amended', subject_id: ids[1] as string, payload: { merged_into: ids[0] } }]);
  const rows = await sheetRows(notebook);
  expect(rows.map(({ kind, label, also, agency }) => [kind, label, also, agency])).toEqual([
    ['professional', 'P1', [], ''], ['citizen', 'C10', ['C2'], 'North'], ['relative', '=A;"1"', [], ''],
  ]);
  expect(rows.every(({ added_at }) => Math.abs(Date.now() - Date.parse(added_at ?? '')) < 60_000)).toBe(true);
});

it('makes a table that can be filled in and read back, and that no spreadsheet takes for a formula', async () => {
  const rows = await sheetRows(notebook);
  const table = emptyTable(rows, ['pseudonym', 'name']);
  expect(table).toBe('\ufeffpseudonym;name\r\nP1;\r\nC2;\r\nC10;\r\n"\'=A;""1""";\r\n');
  const labels = new Map(rows.map(({ label }) => [foldLabel(label), label]));
  const read = (text: string) => readSheet(new TextEncoder().encode(text), labels);
  expect(read(table)).toEqual({ problem: { code: 'empty', lines: [] } });
  expect(read(table.replaceAll(';\r\n', ';Karen\r\n'))).toEqual({
    persons: ['P1', 'C2', 'C10', '=A;"1"'].map((pseudonym) => ({ pseudonym, names: ['Karen'] })),
  });
});
