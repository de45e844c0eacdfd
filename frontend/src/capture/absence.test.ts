import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toStamp } from '../store/clock';
import { logged, newPhone, started } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import type { EncounterSubject } from '../store/subjects';
import { aliveKey, findAbsence, forgetAbsence } from './absence';

let notebook: OpenNotebook;
const phone = newPhone();
const ago = (minutes: number): string => toStamp(new Date(Date.now() - minutes * 60_000));

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  notebook = await phone.open();
});

afterEach(() => notebook.close());

async function begun(minutes: number): Promise<EncounterSubject> {
  const id = newId();
  await notebook.write([started(id, ago(minutes))]);
  return notebook.get('encounter', id) as EncounterSubject;
}

describe('an app that was dead in the middle of an encounter', () => {
  it('asks about the time since its last sign of life', async () => {
    const encounter = await begun(120);
    await notebook.write([logged(encounter.id, { started_at: ago(100) })]);
    expect(findAbsence(notebook, encounter)?.from).toBe(notebook.entriesOf(encounter.id)[0]?.fields.started_at);
    await forgetAbsence(notebook, encounter.id);
    await notebook.saveDraft(aliveKey(encounter.id), ago(90));
    const from = findAbsence(notebook, encounter)?.from ?? '';
    expect(Date.now() - Date.parse(from)).toBeLessThan(91 * 60_000);
  });

  it('goes on asking after another start until somebody has said what it was', async () => {
    const encounter = await begun(60);
    const found = findAbsence(notebook, encounter);
    await notebook.saveDraft(aliveKey(encounter.id), ago(0));
    expect(findAbsence(notebook, encounter)).toEqual(found);
    await forgetAbsence(notebook, encounter.id);
    expect(findAbsence(notebook, encounter)).toBeNull();
  });

  it('says nothing about less than five minutes, an open gap, or an encounter that this start has seen begin', async () => {
    expect(findAbsence(notebook, await begun(4))).toBeNull();
    const off = await begun(60);
    const payload = { encounter_id: off.id, kind: 'off_record', from: ago(50) };
    await notebook.write([{ kind: 'gap.recorded', subject_id: newId(), payload }]);
    expect(findAbsence(notebook, off)).toBeNull();
    expect(findAbsence(notebook, await begun(60), Date.now() - 61 * 60_000)).toBeNull();
  });
});
