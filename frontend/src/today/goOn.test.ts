// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isHeld, isStopped } from '../fieldwork/stopped';
import type { Draft } from '../store/changes';
import { logged, newPhone, started } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import type { ActorFields } from '../store/subjects';
import { findDue, findLooseEnds } from './due';
import { goOnIn, isDecided, isHeldHere, staysStopped } from '../fieldwork/goOn';

const [NINE, TEN] = ['2026-03-02T09:00:00.000+01:00', '2026-03-02T10:00:00.000+01:00'];
let notebook: OpenNotebook;
let [c1, twin, one, other] = ['', '', '', ''];

beforeEach(async () => {
  notebook = await newPhone().open();
  [c1, twin, one, other] = [newId(), newId(), newId(), newId()];
  const added = (subject_id: string, label: string): Draft => ({ kind: 'actor.added', subject_id, payload: { label, kind: 'citizen' } });
  await notebook.write([
    added(c1, 'C1'), added(twin, 'C1x'), started(one), started(other),
    logged(one, { actor_id: c1 }), logged(other, { actor_id: twin }),
  ]);
});

afterEach(() => notebook.close());

const stopped = (subject_id: string, stopped_in: string | null, stopped_at = NINE): Draft => ({ kind: 'person.stopped', subject_id, payload: { stopped_at, stopped_in } });
const merged = (): Promise<unknown> => notebook.write([{ kind: 'actor.amended', subject_id: twin, payload: { merged_into: c1 } }]);
const holds = (): string[] => [one, other].filter((id) => notebook.entriesOf(id).some((entry) => isHeld(notebook, entry)));
const stopOf = (id: string): Partial<ActorFields> => {
  const { stopped_at, stopped_in } = notebook.get('actor', id)!.fields;
  return { stopped_at, stopped_in };
};
const heldIn = (id: string) => findLooseEnds(notebook).held.find(({ encounter_id }) => encounter_id === id)!;

describe('going on in one encounter', () => {
  it('leaves held what another encounter holds about the same person, and can be taken back', async () => {
    await notebook.write([stopped(c1, one), stopped(twin, other)]);
    await merged();
    expect(holds()).toEqual([one, other]);
    expect(staysStopped(notebook, heldIn(one))).toBe(true);
    const back = await goOnIn(notebook, heldIn(one));
    expect([holds(), isStopped(notebook, c1)]).toEqual([[other], true]);
    expect(staysStopped(notebook, heldIn(other))).toBe(false);
    expect([await back(), holds()]).toEqual([0, [one, other]]);
    await goOnIn(notebook, heldIn(other));
    await goOnIn(notebook, heldIn(one));
    expect([holds(), isStopped(notebook, c1)]).toEqual([[], false]);
  });

  it('leaves a withdrawal as it was decided', async () => {
    await notebook.write([stopped(c1, null), stopped(twin, other, TEN)]);
    await merged();
    await goOnIn(notebook, heldIn(other));
    expect([holds(), isStopped(notebook, c1)]).toEqual([[], true]);
    expect([stopOf(c1), stopOf(twin)]).toEqual([{ stopped_at: NINE, stopped_in: null }, { stopped_at: null, stopped_in: null }]);
  });

  it('is by one touch only for what this encounter holds; what was decided or is held elsewhere is told apart', async () => {
    await notebook.write([stopped(c1, one), stopped(twin, other)]);
    const standing = () => [c1, twin].map((id) => [isHeldHere(notebook, { actor: { id }, encounter_id: one }), isDecided(notebook, id)]);
    expect(standing()).toEqual([[true, false], [false, false]]);
    await notebook.write([stopped(twin, null, TEN)]);
    expect(standing()).toEqual([[true, false], [false, true]]);
    await merged();
    expect(standing()).toEqual([[true, true], [true, true]]);
  });

  it('takes nothing back that was decided since', async () => {
    await notebook.write([stopped(c1, one)]);
    const back = await goOnIn(notebook, heldIn(one));
    await notebook.write([stopped(c1, null, TEN)]);
    expect([await back(), stopOf(c1)]).toEqual([1, { stopped_at: TEN, stopped_in: null }]);
  });
});

describe('somebody for whom two phones stopped apart from each other', () => {
  beforeEach(async () => {
    await merged();
    await notebook.write([{ ...stopped(c1, one), parents: [] }]);
    await notebook.write([{ ...stopped(c1, other, TEN), parents: [] }]);
  });

  it('is held in both encounters, and asked about in each; there is nothing to choose between', () => {
    expect(holds()).toEqual([one, other]);
    expect(findLooseEnds(notebook).held.map(({ encounter_id }) => encounter_id).sort()).toEqual([one, other].sort());
    expect(findDue(notebook, 'structures', Date.parse(TEN)).conflicts).toEqual([]);
  });

  it.each([0, 1])('goes on in each by itself, and is held there again', async (which) => {
    const [here, there] = which ? [other, one] : [one, other];
    expect(staysStopped(notebook, heldIn(here))).toBe(true);
    const back = await goOnIn(notebook, heldIn(here));
    expect([holds(), notebook.get('actor', c1)!.conflicts]).toEqual([[there], []]);
    expect(stopOf(c1)).toEqual({ stopped_at: which ? NINE : TEN, stopped_in: there });
    expect([await back(), holds()]).toEqual([0, [one, other]]);
    for (const id of [here, there]) await goOnIn(notebook, heldIn(id));
    expect([holds(), isStopped(notebook, c1)]).toEqual([[], false]);
  });

  it('stays stopped where one phone stopped and another had only gone on', async () => {
    await notebook.write([{ kind: 'actor.amended', subject_id: c1, payload: { stopped_at: null, stopped_in: null } }]);
    await notebook.write([{ ...stopped(c1, one), parents: [] }]);
    expect([holds(), isStopped(notebook, c1)]).toEqual([[one], true]);
    await goOnIn(notebook, heldIn(one));
    expect([holds(), isStopped(notebook, c1), notebook.get('actor', c1)!.conflicts]).toEqual([[], false, []]);
  });
});
