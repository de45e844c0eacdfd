// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { amended, logged, newPhone, started } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import { findDue, findLooseEnds } from './due';

const ENDED = '2026-03-02T09:30:00.000+01:00';
const EVENING = Date.parse('2026-03-02T20:00:00+01:00');
let notebook: OpenNotebook;
let visit: string;

function note(more: object): Parameters<OpenNotebook['write']>[0][number] {
  const payload = { encounter_id: visit, text: 'Hun ler.', written_at: ENDED, ...more };
  return { kind: 'fieldnote.written', subject_id: newId(), payload };
}

beforeEach(async () => {
  notebook = await newPhone().open();
  visit = newId();
  const end = { kind: 'encounter.ended' as const, subject_id: visit, payload: { ended_at: ENDED, end_origin: 'tap' } };
  await notebook.write([started(visit), logged(visit, { structure: 'directing' }), end]);
});

afterEach(() => notebook.close());

describe('what is due', () => {
  it('is an encounter of which nothing was written, late after a day', () => {
    expect(findDue(notebook, 'structures', EVENING)).toMatchObject({ unwritten: [{ id: visit }], isLate: false });
    expect(findDue(notebook, 'structures', EVENING + 86_400_000).isLate).toBe(true);
  });

  it('is not one that somebody wrote of, be it anchored or later; answers at the door do not count', async () => {
    await notebook.write([note({})]);
    expect(findDue(notebook, 'structures', EVENING).unwritten).toHaveLength(1);
    await notebook.write([note({ written_at: '2026-03-02T19:00:00.000+01:00' })]);
    expect(findDue(notebook, 'structures', EVENING).unwritten).toEqual([]);
  });

  it('is nothing of an encounter in which nothing was written down', async () => {
    await notebook.write(notebook.entriesOf(visit).map(({ id }) => ({ kind: 'entry.retracted', subject_id: id, payload: {} })));
    expect(findDue(notebook, 'structures', EVENING).unwritten).toEqual([]);
  });

  it('are marks without the codes that this study gives, words and reflections aside', async () => {
    await notebook.write([
      logged(visit, { action: 'talks' }), logged(visit), logged(visit, { kind: 'note', jotting: 'a' }),
      logged(visit, { kind: 'reflection', jotting: 'b' }),
    ]);
    expect(findDue(notebook, 'structures', EVENING).toCode).toHaveLength(2);
    expect(findDue(notebook, 'actions', EVENING).toCode).toHaveLength(1);
  });

  it('are states that nobody saw end, once their encounter is over', async () => {
    await notebook.write([logged(visit, { kind: 'state' }), logged(visit, { kind: 'state', ended_at: ENDED })]);
    expect(findDue(notebook, 'structures', EVENING).openStates).toHaveLength(1);
  });

  it('are things that were changed apart from each other', async () => {
    const id = notebook.entriesOf(visit)[0]?.id ?? '';
    await notebook.write([{ ...amended(id, { jotting: 'et' }), parents: [] }, { ...amended(id, { jotting: 'to' }), parents: [] }]);
    expect(findDue(notebook, 'structures', EVENING).conflicts.map((one) => one.id)).toEqual([id]);
    await notebook.write([{ kind: 'entry.retracted', subject_id: id, payload: {} }]);
    expect(findDue(notebook, 'structures', EVENING).conflicts).toEqual([]);
  });
});

describe('loose ends', () => {
  it('are ends that nobody gave, gaps without a reason, people held, and what may be a name', async () => {
    expect(findLooseEnds(notebook)).toEqual({ endsUnknown: [], gaps: [], held: [], owed: [], named: [] });
    const [citizen, gap] = [newId(), newId()];
    await notebook.write([
      { kind: 'encounter.ended', subject_id: visit, payload: { ended_at: ENDED, end_origin: null } },
      { kind: 'gap.recorded', subject_id: gap, payload: { encounter_id: visit, kind: 'not_recorded', from: ENDED, to: ENDED } },
      { kind: 'gap.recorded', subject_id: newId(), payload: { encounter_id: visit, kind: 'struck', from: ENDED, to: ENDED } },
      { kind: 'actor.added', subject_id: citizen, payload: { label: 'C1', kind: 'citizen' } },
      { kind: 'person.stopped', subject_id: citizen, payload: { stopped_at: ENDED, stopped_in: visit } },
      logged(visit, { jotting: 'så siger Karen nej' }), logged(visit, { jotting: 'så siger C1 nej' }),
      logged(visit, { jotting: 'om Peter', actor_id: citizen }),
    ]);
    const found = findLooseEnds(notebook);
    expect(found.endsUnknown.map(({ id }) => id)).toEqual([visit]);
    expect(found.gaps.map(({ id }) => id)).toEqual([gap]);
    expect(found.held.map(({ actor, encounter_id }) => [actor.id, encounter_id])).toEqual([[citizen, visit]]);
    expect(found.named.map(({ text }) => text)).toEqual(['så siger Karen nej']);
    await notebook.write([{ kind: 'gap.amended', subject_id: gap, payload: { reason: 'batteri' } }]);
    expect(findLooseEnds(notebook).gaps).toEqual([]);
  });

  it('are people who were met and never asked, until they were asked or it was stopped for them', async () => {
    const ids = ['actor', 'there', 'proxy', 'away', 'thing'].map(() => newId()) as [string, string, string, string, string];
    const [actor, there, proxy, away, thing] = ids;
    const added = (id: string, kind = 'bystander') => ({ kind: 'actor.added' as const, subject_id: id, payload: { label: id, kind } });
    const checked = (actor_id: string, answer: string) => ({ kind: 'encounter.amended' as const, subject_id: visit, payload: { checks: [{ actor_id, answer }] } });
    const owed = () => findLooseEnds(notebook).owed.map(({ id }) => id);
    await notebook.write([
      added(actor, 'relative'), added(there), added(proxy, 'citizen'), added(away), added(thing, 'thing_or_place'),
      logged(visit, { actor_id: actor, recipient_id: thing }), logged(visit, { actor_id: proxy }),
      { kind: 'encounter.amended', subject_id: visit, payload: { presence: [{ actor_id: there }] } },
      checked(proxy, 'could_not_ask'),
    ]);
    expect(owed()).toEqual([actor, there, proxy].sort());
    await notebook.write([checked(proxy, 'proxy'), { kind: 'person.stopped', subject_id: there, payload: { stopped_at: ENDED } }]);
    expect(owed()).toEqual([actor]);
    await notebook.write([{ kind: 'consent.recorded', subject_id: newId(), payload: { actor_id: actor, ethics: 'declined', at: ENDED } }]);
    expect(owed()).toEqual([]);
  });
});
