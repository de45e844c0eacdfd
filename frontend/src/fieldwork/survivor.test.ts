// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anyEntry, previewRecode } from '../codebook/recode';
import { shownTo } from '../encounter/shownTo';
import { drawingOf } from '../review/drawRows';
import { RowMaker } from '../review/makeRows';
import { keepRows, NO_FILTERS } from '../review/rows';
import type { Draft } from '../store/changes';
import { logged, newPhone, started } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import type { ConsentFields, EncounterSubject } from '../store/subjects';
import { findLooseEnds } from '../today/due';
import { giveCheck } from './answers';
import { hasDeclined } from './consent';
import { consentsOf, peopleAsked, standingOf } from './consents';
import { actorName, actorRow, pickableActors } from './people';
import { nextForm } from './start';
import { isHeld, isStopped } from './stopped';
import { goOnFor, stopFor } from './stopping';
import { isSame, personOf } from './survivor';

const AT = '2026-03-02T09:00:00.000+01:00';
// The smallest of them, so that it survives a circle too.
const [c1, middle, twin, p1] = [newId(), newId(), newId(), newId()];
const into = (subject_id: string, merged_into: string | null): Draft => ({ kind: 'actor.amended', subject_id, payload: { merged_into } });
const WAYS: [string, Draft[]][] = [
  ['at once', [into(twin, c1)]],
  ['by way of somebody else', [into(twin, middle), into(middle, c1)]],
  ['in a circle', [into(twin, c1), into(c1, twin)]],
];
let notebook: OpenNotebook;
let visit: string;
let [asTwin, asC1, other] = ['', '', ''];

beforeEach(async () => {
  notebook = await newPhone().open();
  [visit, asTwin, asC1, other] = [newId(), newId(), newId(), newId()];
  const labels: [string, string][] = [[c1, 'C1'], [middle, 'C7'], [twin, 'C1x'], [p1, 'P1']];
  await notebook.write([
    ...labels.map(([subject_id, label]): Draft => ({ kind: 'actor.added', subject_id, payload: { label, kind: 'citizen' } })),
    started(visit),
    logged(visit, { actor_id: twin, structure: 'doing_for' }, asTwin),
    logged(visit, { actor_id: p1, recipient_id: c1, structure: 'doing_for' }, asC1),
    logged(visit, { actor_id: p1, structure: 'doing_for' }, other),
  ]);
});

afterEach(() => notebook.close());

const standing = () => notebook.entriesOf(visit);
const here = (): EncounterSubject => notebook.get('encounter', visit)!;
const stop = (id: string) => notebook.write(stopFor(notebook, id, visit, AT, newId()));
const consent = (actor_id: string, said: Partial<ConsentFields>) =>
  notebook.write([{ kind: 'consent.recorded', subject_id: newId(), payload: { actor_id, ethics: 'given', at: AT, ...said } }]);
const told = (entries: readonly { id: string }[]) => entries.map(({ id }) => ({ [asTwin]: 'twin', [asC1]: 'c1', [other]: 'other' })[id]).sort();

describe.each(WAYS)('two who turned out to be one person, merged %s', (_way, merges) => {
  beforeEach(() => notebook.write(merges));

  it.each([['the survivor', c1], ['the one merged away', twin]])('are held together when %s asked to stop, and let go together', async (_who, id) => {
    const isShown = () => told(new RowMaker().make(notebook).rows.map(({ entry }) => entry));
    expect(isShown()).toEqual(['c1', 'other', 'twin']);
    await stop(id);
    expect(told(standing().filter((entry) => isHeld(notebook, entry)))).toEqual(['c1', 'twin']);
    expect(isShown()).toEqual(['other']);
    expect([isStopped(notebook, c1), isStopped(notebook, twin), isStopped(notebook, p1)]).toEqual([true, true, false]);
    expect(actorRow(notebook, here())).toContain(p1);
    expect(actorRow(notebook, here()).filter((one) => [c1, twin].includes(one))).toEqual([]);
    expect(findLooseEnds(notebook).held).toHaveLength(1);
    await stop(id === c1 ? twin : c1);
    expect(findLooseEnds(notebook).held).toHaveLength(1);
    await notebook.write(goOnFor(notebook, c1, newId()));
    expect(isShown()).toEqual(['c1', 'other', 'twin']);
    expect(findLooseEnds(notebook).held).toEqual([]);
  });

  it('are one in filters, in a plan for old entries and in what is held out to them', () => {
    const { rows } = new RowMaker().make(notebook);
    const kept = (actor: string) => told(keepRows(rows, { ...NO_FILTERS, actor }, 'structures', drawingOf(notebook, 'en')).map(({ entry }) => entry));
    expect([kept(c1), kept(twin), kept(p1)]).toEqual([['c1', 'twin'], ['c1', 'twin'], ['c1', 'other']]);
    const plan = { dimension: 'structure', from: 'doing_for', rules: [{ ...anyEntry('doing_with'), actor_id: c1 }], rest: null } as const;
    expect(told(previewRecode(plan, standing(), (id) => personOf(notebook, id)).to.flatMap(({ entries }) => entries))).toEqual(['twin']);
    expect(told(shownTo(standing(), (id) => isSame(notebook, id, c1), 'observer-1'))).toEqual(['c1', 'twin']);
  });

  it('have one name and one place in every row', () => {
    expect([twin, c1].map((id) => actorName(notebook, id, 'me'))).toEqual(['C1', 'C1']);
    expect(drawingOf(notebook, 'en').who(twin)).toBe('C1');
    const count = (ids: readonly string[]) => [c1, twin].map((id) => ids.filter((one) => one === id).length);
    expect(count(actorRow(notebook, here()))).toEqual([1, 0]);
    expect(count(pickableActors(notebook).map(({ id }) => id))).toEqual([1, 0]);
    expect(count(peopleAsked(notebook).map(({ id }) => id))).toEqual([1, 0]);
  });

  it('are owed information as one, and what one agreed to counts for both', async () => {
    const owed = () => findLooseEnds(notebook).owed.map(({ fields }) => fields.label);
    const now = () => standingOf(notebook, notebook.get('actor', c1)!, '2026-03-02');
    expect(owed()).toEqual(['C1', 'P1']);
    expect(now()).toBe('never');
    await consent(twin, {});
    expect(owed()).toEqual(['P1']);
    expect([now(), consentsOf(notebook, c1).length]).toEqual(['agreed', 1]);
    await notebook.write([giveCheck(notebook, here(), { actor_id: twin, answer: 'declined' })]);
    expect([c1, twin].map((id) => hasDeclined(notebook, here(), id))).toEqual([true, true]);
    await notebook.write([giveCheck(notebook, here(), { actor_id: c1, answer: 'yes' })]);
    expect(here().fields.checks).toEqual([{ actor_id: c1, answer: 'yes' }]);
  });

  it('go on as one: the next encounter begins with who they turned out to be', async () => {
    await notebook.write([{ kind: 'encounter.amended', subject_id: visit, payload: { focal_actor_id: twin } }]);
    expect(nextForm(notebook).focal_actor_id).toBe(c1);
  });

  it('are two again when the merge is taken back', async () => {
    await stop(c1);
    await notebook.write([twin, c1, middle].map((id) => into(id, null)));
    expect(actorName(notebook, twin, 'me')).toBe('C1x');
    expect(told(standing().filter((entry) => isHeld(notebook, entry)))).toEqual(['c1']);
  });
});

it('calls somebody by their own name until who they were merged into has come', async () => {
  await notebook.write([into(twin, newId())]);
  expect(actorName(notebook, twin, 'me')).toBe('C1x');
});
