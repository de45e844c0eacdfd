// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clearDisk } from '../sync/clearDisk';
import { syncOnce } from '../sync/engine';
import { MemoryServer } from '../sync/memoryServer';
import { copyAll, isCleared, putBack } from './clearing';
import { logged, newPhone, type Phone } from './forTests';
import { newId } from './identity';
import type { OpenNotebook } from './openNotebook';
import { StoredPhoneCopy } from './phoneCopy';
import { strikeText } from './strikes';

let phone: Phone;
let notebook: OpenNotebook;
const id = newId();

beforeEach(async () => {
  phone = newPhone();
  notebook = await phone.open();
  await notebook.write([logged('visit', { jotting: 'Anna går' }, id)]);
});
afterEach(async () => {
  await notebook.close();
  for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name ?? '');
});

async function send(server = new MemoryServer()): Promise<void> {
  const copy = new StoredPhoneCopy(notebook.notes, phone.device_id, { changes: 500, bytes: 240_000 });
  await syncOnce(copy, server);
}

it('puts nothing at stake that is nowhere else: unsent changes, or a text that is being typed', async () => {
  expect(await copyAll()).toBeUndefined();
  await send();
  await notebook.saveDraft(`jotting:${id}`, 'Anna k');
  expect(await copyAll()).toBeUndefined();
  await notebook.dropDraft(`jotting:${id}`);
  // A mark of the app is no text, and what Review keeps for good is nothing that somebody is typing.
  await notebook.saveDraft(`alive:${id}`, '2026-03-02T10:00:00.000+01:00');
  for (const kept of ['review-filters', 'review-undo']) await notebook.saveDraft(kept, '[]');
  expect(await copyAll()).toBeDefined();
});

it('puts a codebook that is worked on for weeks at stake once it was told, and only as it was told', async () => {
  const server = new MemoryServer();
  const code = { dimension: 'action', key: 'talks', label: { en: 'Talks', da: 'Taler' }, order: 0 };
  const draft = { id: newId(), follows: 1, note: '', codes: [code] };
  await notebook.saveDraft('codebook', JSON.stringify(draft));
  await send(server);
  expect(await copyAll()).toBeUndefined();
  const payload = { version: 2, follows: 1, note: '', codes: [code] };
  await notebook.write([{ kind: 'codebook.drafted', subject_id: draft.id, payload }]);
  expect(await copyAll()).toBeUndefined();
  await send(server);
  expect(await copyAll()).toBeDefined();
  const next = [{ ...draft, note: 'why' }, { ...draft, codes: [{ ...code, order: 1 }] }, { ...draft, id: newId() }];
  for (const further of next) {
    await notebook.saveDraft('codebook', JSON.stringify(further));
    expect(await copyAll()).toBeUndefined();
  }
  // What nobody can read is left alone.
  await notebook.saveDraft('codebook', '{');
  expect(await copyAll()).toBeUndefined();
});

it('writes everything anew as it was, but for the mark that something is to be cleared', async () => {
  await notebook.write([strikeText(id, 'Anna', 'C1')]);
  expect(notebook.isUnclean).toBe(true);
  await send();
  const before = { ...notebook.notes.standing };
  const done = await notebook.pause(async () => {
    const kept = (await copyAll())!;
    expect(await isCleared(kept)).toBe(false);
    for (const { name } of kept) await new Promise((gone) => (indexedDB.deleteDatabase(name).onsuccess = gone));
    expect(await isCleared(kept)).toBe(true);
    await putBack(kept);
    return true;
  });
  expect(done).toBe(true);
  const again = await phone.open();
  const { is_unclean: _gone, ...standing } = before;
  expect(again.notes.standing).toEqual(standing);
  await vi.waitFor(() => expect(again.isComplete).toBe(true));
  expect(again.get('entry', id)?.fields.jotting).toBe('C1 går');
  expect((await again.history(id)).length).toBeGreaterThan(1);
  await again.close();
});

it('lets a touch wait until the storage is whole again', async () => {
  await send();
  let write: Promise<unknown> = Promise.resolve();
  await notebook.pause(async () => {
    const kept = (await copyAll())!;
    write = notebook.write([logged('visit', { jotting: 'imens' }, newId())]);
    for (const { name } of kept) await new Promise((gone) => (indexedDB.deleteDatabase(name).onsuccess = gone));
    await putBack(kept);
  });
  await write;
  expect(notebook.list('entry').map(({ fields }) => fields.jotting)).toEqual(['Anna går', 'imens']);
  expect(notebook.counts().unsent).toBe(1);
});

it('keeps screens out of the database until the storage is whole again', async () => {
  await send();
  const order: string[] = [];
  let read: Promise<unknown> = Promise.resolve();
  await notebook.pause(async () => {
    read = notebook.history(id).then(() => order.push('read'));
    await new Promise((later) => setTimeout(later, 50));
    order.push('whole');
  });
  await read;
  expect(order).toEqual(['whole', 'read']);
});

it('asks once more for a database that never says that it is open, and for one that is closed on the way', async () => {
  await send();
  const open = indexedDB.open.bind(indexedDB);
  const asked: string[] = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(indexedDB, 'open').mockImplementation((name, version) => {
    asked.push(name);
    if (asked.length === 1) {
      const silent = open('silent');
      silent.onsuccess = () => silent.result.close();
      return Object.assign(silent, { addEventListener: () => undefined });
    }
    if (asked.length === 2) throw new DOMException('The connection was closed.', 'AbortError');
    return open(name, version);
  });
  const copying = copyAll();
  await vi.advanceTimersByTimeAsync(3000);
  vi.useRealTimers();
  expect((await copying)?.length).toBe(1);
  expect(asked.length).toBe(3);
  vi.restoreAllMocks();
});

it('puts back what the browser took away although its answer was lost, and nothing where it took nothing', async () => {
  await send();
  let isTaken = false;
  vi.stubGlobal('fetch', async () => {
    if (isTaken) return new Response(null, { status: 204 });
    isTaken = true;
    for (const { name } of await indexedDB.databases()) await new Promise((gone) => (indexedDB.deleteDatabase(name ?? '').onsuccess = gone));
    throw new TypeError('lost');
  });
  expect(await notebook.pause(() => clearDisk(newId(), phone.device_id, 0))).toBe(true);
  const again = await phone.open();
  await vi.waitFor(() => expect(again.isComplete).toBe(true));
  expect(again.get('entry', id)?.fields.jotting).toBe('Anna går');
  await again.close();
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('lost')));
  await expect(notebook.pause(() => clearDisk(newId(), phone.device_id, 0))).rejects.toMatchObject({ status: 0 });
  expect((await notebook.history(id)).length).toBe(1);
  vi.unstubAllGlobals();
});
