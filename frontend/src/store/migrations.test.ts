// @vitest-environment node
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import { notesName } from './database';
import { logged, newPhone, STUDY, type Phone } from './forTests';

/** A released schema of the phone's database, as it was, and what somebody had not sent when the app was updated. */
interface Release {
  version: number;
  stores: { name: string; options?: IDBObjectStoreParameters; indexes?: [string, string][] }[];
}

/** Written once when a schema is released, and never changed after: phones out there have it. */
const RELEASES: Release[] = [
  {
    version: 1,
    stores: [
      { name: 'change', options: { keyPath: 'change_id' }, indexes: [['subject', 'subject_id'], ['own', 'own']] },
      { name: 'outbox', options: { keyPath: 'own' }, indexes: [['change', 'change_id']] },
      { name: 'parked', options: { keyPath: 'change_id' } },
      { name: 'subject', options: { keyPath: ['type', 'id'] }, indexes: [['encounter', 'entry_of']] },
      { name: 'draft', options: { keyPath: 'key' } },
      { name: 'meta' },
    ],
  },
];

const ENCOUNTER = '0192a000-0000-7000-8000-0000000000e1';
const ENTRY = '0192a000-0000-7000-8000-0000000000e2';
const envelope = (text: string) => ({ codec: 0, text });

function change(own: number, kind: string, subject_id: string, payload: object) {
  const change_id = `0192a000-0000-7000-8000-00000000c00${own}`;
  const made = { made_at: '2026-03-02T09:00:00.000+01:00', utc_offset_minutes: 60, time_zone: 'Europe/Copenhagen' };
  const by = { device_id: ENCOUNTER, device_seq: own, session_id: ENTRY, monotonic_ms: 1, schema: 1, app_version: '0.1.0' };
  return { change_id, subject_id, own, by: 'observer-1', body: { change_id, kind, subject_id, parents: [], payload, ...made, ...by } };
}

const STARTED = change(1, 'encounter.started', ENCOUNTER, { kind: 'visit', started_at: '2026-03-02T09:00:00.000+01:00' });
const LOGGED = change(2, 'entry.logged', ENTRY, {
  encounter_id: ENCOUNTER,
  kind: 'note',
  started_at: '2026-03-02T09:01:00.000+01:00',
  jotting: envelope('=vent lidt æøå 🙂'),
});

function subject(type: string, from: typeof STARTED, more: object = {}) {
  const heads = Object.fromEntries(Object.keys(from.body.payload).map((field) => [field, [from.change_id]]));
  const known = { conflicts: [], isCreated: true, author: 'observer-1', device_seq: from.own, isOnServer: false };
  return { type, id: from.subject_id, fields: from.body.payload, heads, ...known, ...more };
}

async function leaveBehind(name: string, { version, stores }: Release): Promise<void> {
  const asked = indexedDB.open(name, version);
  asked.onupgradeneeded = () => {
    for (const { name: store, options, indexes = [] } of stores) {
      const made = asked.result.createObjectStore(store, options);
      for (const [index, path] of indexes) made.createIndex(index, path);
    }
  };
  const db = await new Promise<IDBDatabase>((done) => (asked.onsuccess = () => done(asked.result)));
  const tx = db.transaction(stores.map((store) => store.name), 'readwrite');
  for (const each of [STARTED, LOGGED]) {
    tx.objectStore('change').put(each);
    tx.objectStore('outbox').put({ own: each.own, change_id: each.change_id });
  }
  tx.objectStore('subject').put(subject('encounter', STARTED));
  tx.objectStore('subject').put(subject('entry', LOGGED, { entry_of: ENCOUNTER }));
  tx.objectStore('draft').put({ key: `jotting:${ENTRY}`, text: envelope('halvt skrevet') });
  tx.objectStore('meta').put({ device_seq: 2, own: 2, unsent: 2, parked: 0, cursor: 0 }, 'standing');
  await new Promise((done) => (tx.oncomplete = done));
  db.close();
}

describe.each(RELEASES)('a phone of schema $version with unsent notes', (release) => {
  let phone: Phone;

  beforeEach(async () => {
    globalThis.indexedDB = new IDBFactory();
    phone = newPhone();
    await leaveBehind(notesName(phone.account_id, STUDY), release);
  });

  it('keeps all of them through an update, word for word, and goes on writing', async () => {
    const notebook = await phone.open();
    expect(notebook.counts()).toEqual({ on_phone: 2, unsent: 2, on_server: 0, parked: 0 });
    expect(notebook.entriesOf(ENCOUNTER).map((entry) => entry.fields.jotting)).toEqual(['=vent lidt æøå 🙂']);
    expect(notebook.draft(`jotting:${ENTRY}`)).toBe('halvt skrevet');
    expect((await notebook.unsent()).map((each) => each.change_id)).toEqual([STARTED.change_id, LOGGED.change_id]);
    const [next] = await notebook.write([logged(ENCOUNTER)]);
    expect(next?.device_seq).toBe(3);
    await notebook.close();
  });
});

it('knows every schema that a phone can have', async () => {
  globalThis.indexedDB = new IDBFactory();
  const phone = newPhone();
  const notebook = await phone.open();
  const name = notesName(phone.account_id, STUDY);
  const { version } = (await indexedDB.databases()).find((one) => one.name === name) ?? {};
  expect(RELEASES.map((release) => release.version)).toEqual(Array.from({ length: version ?? 0 }, (_, n) => n + 1));
  await notebook.close();
});
