// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Draft } from '../store/changes';
import { newPhone } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import type { EncounterFields } from '../store/subjects';
import { changedEncounter, formOfEncounter, isAmong, toggled } from './fillIn';
import type { StartForm } from './start';

const [NINE, LATER] = ['2026-03-02T09:00:00.000+01:00', '2026-03-02T09:20:00.000+01:00'];
const [p1, c1, twin] = [newId(), newId(), newId()];
const fields: EncounterFields = {
  kind: 'visit',
  focal_actor_id: p1,
  agency: 'North',
  presence: [{ actor_id: p1, from: NINE, to: null }],
  started_at: NINE,
};
const WITH_TWIN: EncounterFields = { ...fields, focal_actor_id: twin, presence: [...(fields.presence ?? []), { actor_id: twin, from: LATER, to: null }] };
let notebook: OpenNotebook;

beforeEach(async () => {
  notebook = await newPhone().open();
  const labels: [string, string][] = [[p1, 'P1'], [c1, 'C1'], [twin, 'C1x']];
  await notebook.write(labels.map(([subject_id, label]): Draft => ({ kind: 'actor.added', subject_id, payload: { label, kind: 'citizen' } })));
});

afterEach(() => notebook.close());

const form = (of = fields): StartForm => formOfEncounter(notebook, of);
const changed = (now: StartForm, of = fields) => changedEncounter(notebook, of, now);

describe('an encounter filled in later', () => {
  it('names the same visit on every phone, and half a code names none', () => {
    const whole = changed({ ...form(), visit_code: 'KXWQPT' });
    expect(whole).toMatchObject({ visit_code: 'KXWQPT' });
    expect(whole.visit_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    expect(changed({ ...form(), visit_code: 'KXW' })).toEqual({});
  });

  it('changes nothing that was not touched', () => {
    expect(changed(form())).toEqual({});
  });

  it('adds a person from its start and keeps the stays of the others', () => {
    expect(changed({ ...form(), present: [p1, c1], setting: 'home 3' })).toEqual({
      setting: 'home 3',
      presence: [...(fields.presence ?? []), { actor_id: c1, from: NINE, to: null }],
    });
  });
});

describe.each(['before it was opened', 'while it was open'])('somebody noted there and merged %s', (when) => {
  let now: StartForm;

  beforeEach(async () => {
    now = form(WITH_TWIN);
    await notebook.write([{ kind: 'actor.amended', subject_id: twin, payload: { merged_into: c1 } }]);
    if (when === 'before it was opened') now = form(WITH_TWIN);
  });

  it('is there as who they turned out to be, which is no change', () => {
    expect([isAmong(notebook, now.present, c1), isAmong(notebook, [now.focal_actor_id ?? ''], c1)]).toEqual([true, true]);
    expect(changed(now, WITH_TWIN)).toEqual({});
    expect(changed({ ...now, focal_actor_id: c1 }, WITH_TWIN)).toEqual({});
  });

  it('is taken out by one touch, and back as they were noted by another', () => {
    const out = toggled(notebook, now.present, c1);
    expect(out).toEqual([p1]);
    expect(changed({ ...now, present: out }, WITH_TWIN)).toEqual({ presence: fields.presence });
    expect(changed({ ...now, present: toggled(notebook, out, c1) }, WITH_TWIN)).toEqual({});
  });

  it('keeps their own stay when somebody else goes', () => {
    const { presence } = changed({ ...now, present: toggled(notebook, now.present, p1) }, WITH_TWIN);
    expect(presence).toEqual([{ actor_id: twin, from: LATER, to: null }]);
  });
});
