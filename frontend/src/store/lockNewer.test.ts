import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useRing } from './envelope';
import { logged, newPhone, started, type Phone } from './forTests';
import { newId } from './identity';
import { Lock } from './lock';
import type { OpenNotebook } from './openNotebook';
import { StoredPhoneCopy } from './phoneCopy';
import { Session } from './session';
import type { FedChange, StoredChange } from './changes';

// Stretching a passphrase takes its time, on a busy machine too.
vi.setConfig({ testTimeout: 60_000 });

const PASSPHRASE = 'en lang sætning om regn';
const SECRET = 'HemmeligtOrd';

let phone: Phone;
let session: Session;
let lock: Lock;
let notebook: OpenNotebook;
let copy: StoredPhoneCopy;

beforeEach(async () => {
  phone = newPhone();
  session = await Session.open();
  notebook = await phone.open();
  await Lock.set(session, phone.account_id, PASSPHRASE);
  await restart();
});

afterEach(async () => {
  useRing(undefined);
  await notebook.close();
  session.close();
});

/** A start of the app: it is locked. */
async function restart(): Promise<void> {
  await notebook.close();
  useRing(undefined);
  lock = (await Lock.find(session, phone.account_id)) as Lock;
  notebook = await phone.open();
  copy = new StoredPhoneCopy(notebook.notes, phone.device_id, { changes: 500, bytes: 240_000 });
  await vi.waitFor(() => expect(notebook.isComplete).toBe(true));
}

async function unlock(): Promise<void> {
  await lock.open(PASSPHRASE);
  await notebook.notes.reload();
  await vi.waitFor(() => expect(notebook.isComplete).toBe(true));
}

async function bytes(): Promise<string> {
  const kept = await notebook.notes.connection.use((db) => Promise.all([...db.objectStoreNames].map((name) => db.getAll(name))));
  return JSON.stringify(kept);
}

/** What somebody's newer phone reports about a thing, as the feed tells it. */
function told(seq: number, before: StoredChange, kind: string, payload: object): FedChange {
  const fed = { seq, author: 'observer-2', received_at: '2026-03-02T10:00:00.000Z' };
  return { ...before, change_id: newId(), kind, payload: { ...payload }, parents: [before.change_id], ...fed };
}

it('what a newer app says in fields that this one does not know is sealed, and lives through an edit while locked', async () => {
  const [visit, entry] = [newId(), newId()];
  const [begun, made] = (await notebook.write([started(visit), logged(visit, { action: 'talks' }, entry)])) as [StoredChange, StoredChange];
  const there = [{ actor_id: newId(), remark: SECRET }];
  const changes = [
    told(1, begun, 'encounter.amended', { presence: there }),
    told(2, begun, 'encounter.amended', { presence: there }),
    told(3, made, 'entry.amended', { mood: SECRET, action: 'asks' }),
    told(4, made, 'entry.painted', { color: 'red', why: [{ said: SECRET }] }),
  ];
  await copy.enterEpoch('a');
  await copy.keepPage(0, { epoch: 'a', changes, cursor: 4, has_more: false });
  // Sealed twice, and still one value.
  expect(notebook.get('encounter', visit)).toMatchObject({ conflicts: [], fields: { presence: there } });
  expect(await bytes()).not.toContain(SECRET);
  await restart();
  expect(notebook.get('entry', entry)?.fields).toMatchObject({ action: 'asks', mood: undefined });
  const seen = notebook.get('encounter', visit)?.fields.presence ?? [];
  expect(seen).toMatchObject([{ actor_id: there[0]!.actor_id }]);
  // The list is written anew by an app that does not know what it holds, and cannot read it just now.
  await notebook.write([{ kind: 'encounter.amended', subject_id: visit, payload: { presence: [...seen, { actor_id: entry }] } }]);
  expect(await bytes()).not.toContain(SECRET);
  await unlock();
  expect(notebook.get('encounter', visit)?.fields.presence).toEqual([...there, { actor_id: entry }]);
  expect(notebook.get('entry', entry)?.fields).toMatchObject({ mood: SECRET });
  expect((await copy.nextBatch()).at(-1)?.payload).toEqual({ presence: [...there, { actor_id: entry }] });
});
