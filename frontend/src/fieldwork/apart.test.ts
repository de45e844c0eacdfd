// @vitest-environment node
import { afterEach, beforeEach, expect, it } from 'vitest';
import { setLocale } from '../i18n/paraglide/runtime.js';
import type { App } from '../shell/app';
import type { Draft } from '../store/changes';
import { logged, newPhone, started } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import type { Subject } from '../store/subjects';
import { findDue } from '../today/due';
import { fieldApart, placeApart, sayApart } from './apart';

let notebook: OpenNotebook;
beforeEach(async () => (notebook = await newPhone().open()));
afterEach(async () => {
  await setLocale('en', { reload: false });
  await notebook.close();
});

const apart = (kind: Draft['kind'], subject_id: string, field: string, ...values: unknown[]) =>
  notebook.write(values.map((value) => ({ kind, subject_id, payload: { [field]: value }, parents: [] })));

it('leads to where it can be chosen: an entry and a field note hold it themselves, all else stands under conflicts', async () => {
  const [visit, entry, note, actor] = [newId(), newId(), newId(), newId()];
  await notebook.write([
    started(visit), logged(visit, {}, entry),
    { kind: 'fieldnote.written', subject_id: note, payload: { encounter_id: visit, text: 'a' } },
    { kind: 'actor.added', subject_id: actor, payload: { label: 'C1', kind: 'citizen' } },
  ]);
  await apart('encounter.amended', visit, 'setting', 'hjem 1', 'hjem 2');
  await apart('entry.amended', entry, 'jotting', 'et', 'to');
  await apart('fieldnote.amended', note, 'text', 'b', 'c');
  await apart('actor.amended', actor, 'agency', 'Nord', 'Syd');
  const found = findDue(notebook, 'structures', 0).conflicts;
  const app = { notebook, locale: 'en', live: (read: (from: unknown) => unknown) => read(notebook) } as unknown as App;
  const told = Object.fromEntries(found.map((one) => [one.type, [placeApart(one), sayApart(app, one)]]));
  expect(told).toEqual({
    encounter: ['#/conflicts', expect.stringMatching(/^Monday 2 March.* Visit 1 · Place, by alias$/)],
    entry: [`#/entry/${entry}`, '09:01 marked · Words'],
    fieldnote: [`#/write/${visit}`, 'A note · The words'],
    actor: ['#/conflicts', 'C1 · Agency'],
  });
});

it('never tells a field by the name that the app has for it', async () => {
  const fields = ['setting', 'presence', 'checks', 'focal_actor_id', 'started_at', 'ended_at', 'end_origin', 'text', 'position', 'retracted', 'stopped_in'];
  await setLocale('da', { reload: false });
  expect(fields.map(fieldApart).filter((name) => /_|^(setting|presence|checks|text|position|retracted)$/.test(name))).toEqual([]);
  expect([fieldApart('setting'), fieldApart('position')]).toEqual(['Sted, med dæknavn', 'Noget andet']);
  expect(placeApart({ type: 'gap', id: 'g', fields: {} } as unknown as Subject)).toBe('#/conflicts');
});
