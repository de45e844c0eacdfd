import 'fake-indexeddb/auto';
import { newId } from './identity';
import { openNotebook, type OpenNotebook } from './openNotebook';
import type { Draft } from './changes';

/** What the tests of store and sync share: a phone that can be opened, shut and opened again. */

export const STUDY = '0192a000-0000-7000-8000-000000000001';

export interface Phone {
  account_id: string;
  device_id: string;
  open(): Promise<OpenNotebook>;
}

export function newPhone(account_id = newId()): Phone {
  const device_id = newId();
  const writer = { device_id, session_id: newId(), app_version: '0.1.0' };
  const account = { id: account_id, name: 'Ane', observer: 'observer-1' };
  return { account_id, device_id, open: () => openNotebook(STUDY, account, writer) };
}

export function started(id = newId(), at = '2026-03-02T09:00:00.000+01:00'): Draft {
  return { kind: 'encounter.started', subject_id: id, payload: { kind: 'visit', started_at: at, setting: 'hjem 3' } };
}

export function logged(encounter_id: string, more: object = {}, id = newId()): Draft {
  const payload = { encounter_id, kind: 'point', started_at: '2026-03-02T09:01:00.000+01:00', ...more };
  return { kind: 'entry.logged', subject_id: id, payload };
}

export function amended(subject_id: string, payload: object): Draft {
  return { kind: 'entry.amended', subject_id, payload };
}
