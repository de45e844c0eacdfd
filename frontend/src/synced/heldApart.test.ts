// @vitest-environment node
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Draft } from '../store/changes';
import { logged, newPhone, started } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import { findDue } from '../today/due';
import { countApart, findApart } from './valuesApart';

const AT = '2026-03-02T09:00:00.000+01:00';
let notebook: OpenNotebook;
let [c1, visit, held, free, note, memo] = ['', '', '', '', '', ''];

beforeEach(async () => {
  notebook = await newPhone().open();
  [c1, visit, held, free, note, memo] = [newId(), newId(), newId(), newId(), newId(), newId()];
  await notebook.write([
    { kind: 'actor.added', subject_id: c1, payload: { label: 'C1', kind: 'citizen' } },
    started(visit),
    logged(visit, { recipient_id: c1 }, held),
    logged(visit, {}, free),
    { kind: 'fieldnote.written', subject_id: note, payload: { encounter_id: visit, text: 'a', anchors: [free, held] } },
    { kind: 'memo.written', subject_id: memo, payload: { about: [{ type: 'entry', id: held }], text: 'a' } },
  ]);
  await apart('entry.amended', held, { jotting: 'et', structure: 'a' }, { jotting: 'to', structure: 'b' });
  await apart('entry.amended', free, { jotting: 'et' }, { jotting: 'to' });
  await apart('fieldnote.amended', note, { text: 'et' }, { text: 'to' });
  await apart('memo.amended', memo, { text: 'et' }, { text: 'to' });
});

afterEach(() => notebook.close());

async function apart(kind: Draft['kind'], subject_id: string, ...said: object[]): Promise<void> {
  await notebook.write(said.map((payload) => ({ kind, subject_id, payload, parents: [] })));
}

it('nothing that is held is printed side by side or named under Tonight until it is decided', async () => {
  const found = (): string[] => {
    const { texts, values } = findApart(notebook);
    return [...texts, ...values].map(({ id }) => id).sort();
  };
  const due = (): string[] => findDue(notebook, 'structures', Date.parse(AT)).conflicts.map(({ id }) => id).sort();
  expect(found()).toEqual([held, held, free, note, memo].sort());
  expect(due()).toEqual([held, free, note, memo].sort());
  await notebook.write([{ kind: 'person.stopped', subject_id: c1, payload: { stopped_at: AT, stopped_in: visit } }]);
  expect([found(), due()]).toEqual([[free], [free]]);
  expect([countApart(notebook), findApart(notebook).n_held]).toEqual([1, 4]);
  await notebook.write([{ kind: 'actor.amended', subject_id: c1, payload: { stopped_at: null, stopped_in: null } }]);
  expect([countApart(notebook), findApart(notebook).n_held]).toEqual([5, 0]);
});

it('two stops of one person are no choice, but their name is', async () => {
  await apart('person.stopped', c1, { stopped_at: AT, stopped_in: visit }, { stopped_at: AT, stopped_in: newId() });
  await apart('actor.amended', c1, { label: 'C2' }, { label: 'C3' });
  expect(findApart(notebook).values.filter(({ id }) => id === c1).map(({ field }) => field)).toEqual(['label']);
});
