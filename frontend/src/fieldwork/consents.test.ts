// @vitest-environment node
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newPhone } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import { consentsOf, EMPTY, peopleAsked, recordConsent, standingOf } from './consents';

let notebook: OpenNotebook;
beforeEach(async () => (notebook = await newPhone().open()));
afterEach(() => notebook.close());

const TODAY = '2026-03-02';

async function person(label: string, kind = 'citizen'): Promise<string> {
  const subject_id = newId();
  await notebook.write([{ kind: 'actor.added', subject_id, payload: { label, kind } }]);
  return subject_id;
}

const standing = (id: string) => standingOf(notebook, notebook.get('actor', id)!, TODAY);

it('calls somebody who never was asked just that, and leaves things and observers out', async () => {
  const id = await person('C1');
  await person('kettle', 'thing_or_place');
  await person('observer-1', 'observer');
  expect(standing(id)).toBe('never');
  expect(peopleAsked(notebook).map(({ fields }) => fields.label)).toEqual(['C1']);
});

it('takes the newest of several, by the time it was given and not by when it was written down', async () => {
  const id = await person('C1');
  await notebook.write([recordConsent(id, { ...EMPTY, ethics: 'declined' }, '2026-03-01T10:00:00.000+01:00')]);
  await notebook.write([recordConsent(id, EMPTY, '2026-02-01T10:00:00.000+01:00')]);
  expect(standing(id)).toBe('declined');
  expect(consentsOf(notebook, id).map(({ fields }) => fields.ethics)).toEqual(['declined', 'given']);
});

it('asks for a renewal two weeks before its day, and not sooner', async () => {
  const [soon, later] = [await person('C1'), await person('C2')];
  const at = '2026-01-01T10:00:00.000+01:00';
  await notebook.write([recordConsent(soon, { ...EMPTY, renew_on: '2026-03-16' }, at)]);
  await notebook.write([recordConsent(later, { ...EMPTY, renew_on: '2026-03-17' }, at)]);
  expect([standing(soon), standing(later)]).toEqual(['due', 'agreed']);
});

it('puts the word *stop* before everything else, and leaves out what was not said', async () => {
  const id = await person('C1');
  const draft = recordConsent(id, { ...EMPTY, way: ' ' }, '2026-01-01T10:00:00.000+01:00');
  expect(draft.payload).toEqual({ actor_id: id, at: '2026-01-01T10:00:00.000+01:00', ethics: 'given' });
  await notebook.write([draft, { kind: 'person.stopped', subject_id: id, payload: { stopped_at: '2026-02-01T10:00:00.000+01:00' } }]);
  expect(standing(id)).toBe('stopped');
});
