// @vitest-environment node
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Draft } from '../store/changes';
import { logged, newPhone, started } from '../store/forTests';
import { countAbout, threadsAbout, type About } from '../fieldwork/memos';
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

it('a choice of who was there, was asked or acted is not printed while it would name who is held there', async () => {
  const c2 = newId();
  await notebook.write([{ kind: 'actor.added', subject_id: c2, payload: { label: 'C2', kind: 'citizen' } }]);
  const here = (...who: string[]): object[] => who.map((actor_id) => ({ actor_id, from: AT, to: null }));
  await apart('encounter.amended', visit, { presence: here(c1, c2) }, { presence: here(c2) });
  await apart('encounter.amended', visit, { checks: [{ actor_id: c1, said: 'yes', at: AT }] }, { checks: [] });
  await apart('encounter.amended', visit, { focal_actor_id: c1 }, { focal_actor_id: c2 });
  await apart('encounter.amended', visit, { setting: 'home' }, { setting: 'kitchen' });
  const own = newId();
  await notebook.write([logged(visit, {}, own)]);
  await apart('entry.amended', own, { recipient_id: c1 }, { recipient_id: c2 });
  const found = (): string[] => findApart(notebook).values.filter(({ id }) => id === visit || id === own).map(({ field }) => field).sort();
  const due = (): string[] => findDue(notebook, 'structures', Date.parse(AT)).conflicts.map(({ id }) => id);
  const all = ['checks', 'focal_actor_id', 'presence', 'recipient_id'];
  expect(found()).toEqual(all);
  expect(due()).toEqual(expect.arrayContaining([own, visit]));
  await notebook.write([{ kind: 'person.stopped', subject_id: c1, payload: { stopped_at: AT, stopped_in: newId() } }]);
  expect(found()).toEqual(all);
  await notebook.write([{ kind: 'person.stopped', subject_id: c1, payload: { stopped_at: AT, stopped_in: visit } }]);
  expect(found()).toEqual([]);
  expect(due()).not.toContain(own);
  expect(due()).toContain(visit);
  expect(findApart(notebook).texts.map(({ id }) => id)).toContain(visit);
});

it('a memo about what is held, and what was answered to it, is neither shown nor counted until it is decided', async () => {
  const [reply, other] = [newId(), newId()];
  const write = (subject_id: string, type: string, id: string): Draft => ({ kind: 'memo.written', subject_id, payload: { about: [{ type, id }], text: 'a' } });
  await notebook.write([write(reply, 'memo', memo), write(other, 'entry', free)]);
  const shown = (...about: About[]): string[] => threadsAbout(notebook, about).flatMap((one) => [one.memo.id, ...one.replies.map((each) => each.memo.id)]).sort();
  expect(shown()).toEqual([memo, reply, other].sort());
  await notebook.write([{ kind: 'person.stopped', subject_id: c1, payload: { stopped_at: AT, stopped_in: visit } }]);
  expect([shown(), shown({ type: 'entry', id: held }), shown({ type: 'memo', id: reply })]).toEqual([[other], [], []]);
  expect([held, free].map((id) => countAbout(notebook, { type: 'entry', id }))).toEqual([0, 1]);
  await notebook.write([{ kind: 'actor.amended', subject_id: c1, payload: { stopped_at: null, stopped_in: null } }]);
  expect(shown()).toEqual([memo, reply, other].sort());
});

it('two stops of one person are no choice, but their name is', async () => {
  await apart('person.stopped', c1, { stopped_at: AT, stopped_in: visit }, { stopped_at: AT, stopped_in: newId() });
  await apart('actor.amended', c1, { label: 'C2' }, { label: 'C3' });
  expect(findApart(notebook).values.filter(({ id }) => id === c1).map(({ field }) => field)).toEqual(['label']);
});
