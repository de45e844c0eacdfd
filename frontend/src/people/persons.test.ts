// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logged, newPhone, started } from '../store/forTests';
import { undoGroup } from '../store/undoGroup';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import { survivorOf } from '../fieldwork/survivor';
import { agenciesOf, consentOf, personsOf, renameAgency, seenOf, type Actor } from './persons';

let notebook: OpenNotebook;
const [p1, p2, c1, visit] = [newId(), newId(), newId(), newId()];
const added = (id: string, label: string, agency: string | null = null) =>
  ({ kind: 'actor.added', subject_id: id, payload: { label, kind: 'professional', agency } }) as const;
const merge = (id: string, into: string | null) => notebook.write([{ kind: 'actor.amended', subject_id: id, payload: { merged_into: into } }]);

beforeEach(async () => {
  notebook = await newPhone().open();
  await notebook.write([added(p1, 'P10', 'North'), added(p2, 'P2', 'Nort'), added(c1, 'C1'), started(visit)]);
});
afterEach(() => notebook.close());

describe('people', () => {
  it('stand there once, in the order of their numbers, with those that turned out to be them', async () => {
    expect(personsOf(notebook.list('actor')).map(({ actor }) => actor.fields.label)).toEqual(['C1', 'P2', 'P10']);
    await merge(p2, p1);
    const [, person] = personsOf(notebook.list('actor'));
    expect([person?.actor.fields.label, person?.merged.map(({ fields }) => fields.label)]).toEqual(['P10', ['P2']]);
    await merge(p2, null);
    expect(personsOf(notebook.list('actor'))).toHaveLength(3);
  });

  it('are the smallest id where two were merged into each other', () => {
    const actor = (id: string, into?: string) => [id, { id, fields: { merged_into: into } } as unknown as Actor] as const;
    const all = new Map([actor('b', 'c'), actor('c', 'b'), actor('a', 'c'), actor('d')]);
    expect(['a', 'b', 'c', 'd'].map((id) => survivorOf(all, id))).toEqual(['b', 'b', 'b', 'd']);
  });

  it('are seen where they act, are addressed or were there, under each of their names', async () => {
    await notebook.write([logged(visit, { actor_id: p1, recipient_id: c1 }), logged(visit, { actor_id: p2 })]);
    expect(seenOf(notebook, [p1]).n_entries).toBe(1);
    expect(seenOf(notebook, [p1, p2])).toMatchObject({ n_entries: 2, encounters: [{ id: visit }] });
    expect(seenOf(notebook, [newId()])).toEqual({ n_entries: 0, encounters: [] });
  });

  it('have agreed to something at some time: records, checks at visits and stops, newest first', async () => {
    const at = '2026-03-01T08:00:00.000+01:00';
    await notebook.write([
      { kind: 'consent.recorded', subject_id: newId(), payload: { actor_id: c1, at, ethics: 'given' } },
      { kind: 'encounter.amended', subject_id: visit, payload: { checks: [{ actor_id: c1, answer: 'partly' }] } },
      { kind: 'person.stopped', subject_id: c1, payload: { stopped_at: '2026-03-03T08:00:00.000+01:00', stopped_in: visit } },
    ]);
    expect(consentOf(notebook, [c1]).map((one) => Object.keys(one)[1])).toEqual(['stopped', 'check', 'record']);
    expect(consentOf(notebook, [p1])).toEqual([]);
  });
});

describe('agencies', () => {
  it('are renamed everywhere at once, and that can be taken back', async () => {
    await notebook.write([{ kind: 'encounter.amended', subject_id: visit, payload: { agency: 'Nort' } }]);
    expect(agenciesOf(notebook)).toEqual([
      { name: 'Nort', n_people: 1, n_encounters: 1 },
      { name: 'North', n_people: 1, n_encounters: 0 },
    ]);
    const group_id = newId();
    await notebook.write(renameAgency(notebook, 'Nort', ' North ', group_id));
    expect(agenciesOf(notebook)).toEqual([{ name: 'North', n_people: 2, n_encounters: 1 }]);
    const about = (await Promise.all([p1, p2, visit].map((id) => notebook.history(id)))).flat();
    await notebook.write(undoGroup(about, group_id).drafts);
    expect(agenciesOf(notebook).map(({ name }) => name)).toEqual(['Nort', 'North']);
  });
});
