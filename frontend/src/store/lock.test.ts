import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FedChange } from './changes';
import { openFields, sealFields, useRing, type Envelope } from './envelope';
import { amended, logged, newPhone, started, type Phone } from './forTests';
import { newId } from './identity';
import { Lock, WrongKey } from './lock';
import { ITERATIONS } from './lockKeys';
import type { OpenNotebook } from './openNotebook';
import { StoredPhoneCopy } from './phoneCopy';
import { Session } from './session';
import { strikeText } from './strikes';

// Stretching a passphrase takes its time, on a busy machine too.
vi.setConfig({ testTimeout: 60_000 });

const PASSPHRASE = 'en lang sætning om regn';
const SECRET = 'HemmeligtOrd';

let phone: Phone;
let session: Session;
let lock: Lock;
let recovery: string;
let notebook: OpenNotebook;
const opened: OpenNotebook[] = [];

beforeEach(async () => {
  phone = newPhone();
  session = await Session.open();
});

afterEach(async () => {
  useRing(undefined);
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map((each) => each.close()));
  session.close();
});

/** A start of the app: the lock is found locked, then the notes are read. */
async function restart(): Promise<OpenNotebook> {
  await notebook?.close();
  useRing(undefined);
  const found = await Lock.find(session, phone.account_id);
  if (found) lock = found;
  notebook = await phone.open();
  opened.push(notebook);
  await isRead();
  return notebook;
}

async function isRead(): Promise<void> {
  await vi.waitFor(() => expect(notebook.isComplete).toBe(true));
}

async function setLock(): Promise<void> {
  ({ lock, recovery } = await Lock.set(session, phone.account_id, PASSPHRASE));
}

async function unlock(passphrase = PASSPHRASE): Promise<void> {
  await lock.open(passphrase);
  await notebook.notes.reload();
  await isRead();
}

/** Every byte of the notes of this account, as they lie in the database. */
async function bytes(): Promise<string> {
  const kept = await notebook.notes.connection.use((db) => Promise.all([...db.objectStoreNames].map((name) => db.getAll(name))));
  return JSON.stringify(kept);
}

function copy(): StoredPhoneCopy {
  return new StoredPhoneCopy(notebook.notes, phone.device_id, { changes: 500, bytes: 240_000 });
}

describe('a lock that is set', () => {
  it('leaves no word of what was written before and after in the database', async () => {
    await restart();
    const visit = newId();
    const entry = newId();
    await notebook.write([started(visit), logged(visit, { jotting: `${SECRET} før` }, entry)]);
    await notebook.saveDraft('jotting:x', `${SECRET} kladde`);
    expect(await bytes()).toContain(SECRET);
    await setLock();
    await notebook.write([amended(entry, { jotting: `${SECRET} efter` })]);
    await notebook.saveDraft('jotting:y', `${SECRET} kladde`);
    const kept = await bytes();
    expect(kept).not.toContain(SECRET);
    expect(kept).not.toContain('hjem 3');
    expect(notebook.get('entry', entry)?.fields.jotting).toBe(`${SECRET} efter`);
    expect((await notebook.history(entry)).map(({ payload }) => payload.jotting)).toEqual([`${SECRET} før`, `${SECRET} efter`]);
  });

  it('says that the disk still holds the old bytes', async () => {
    await restart();
    await notebook.write([logged(newId(), { jotting: SECRET })]);
    await setLock();
    await notebook.notes.reload();
    expect(notebook.isUnclean).toBe(true);
  });

  it('has nothing to clean where nothing was written before', async () => {
    await restart();
    await notebook.write([logged(newId(), { action: 'talks' })]);
    await notebook.saveDraft('alive:x', '2026-03-02T09:00:00.000+01:00');
    await setLock();
    await notebook.notes.reload();
    expect(notebook.isUnclean).toBe(false);
  });

  it('seals both sides of what was written apart', async () => {
    await restart();
    const entry = newId();
    await notebook.write([logged(newId(), { jotting: 'først' }, entry)]);
    const [one] = await notebook.history(entry);
    for (const jotting of [`${SECRET} en`, `${SECRET} to`]) {
      await notebook.write([{ ...amended(entry, { jotting }), parents: [one!.change_id] }]);
    }
    expect(notebook.get('entry', entry)?.conflicts[0]?.values).toHaveLength(2);
    await setLock();
    expect(await bytes()).not.toContain(SECRET);
    await restart();
    await unlock();
    expect(notebook.get('entry', entry)?.conflicts[0]?.values.map(({ value }) => value).sort()).toEqual([`${SECRET} en`, `${SECRET} to`]);
  });

  it('holds the same words written twice for one value, as without a lock', async () => {
    await restart();
    await setLock();
    const entry = newId();
    await notebook.write([logged(newId(), { jotting: 'først' }, entry)]);
    const [one] = await notebook.history(entry);
    for (let at = 0; at < 2; at += 1) await notebook.write([{ ...amended(entry, { jotting: 'ens' }), parents: [one!.change_id] }]);
    expect(notebook.get('entry', entry)).toMatchObject({ conflicts: [], fields: { jotting: 'ens' } });
  });

  it('goes on where a crash has stopped the sealing', async () => {
    await restart();
    await notebook.write([logged(newId(), { jotting: SECRET })]);
    const failing = vi.spyOn(IDBObjectStore.prototype, 'getAll').mockImplementationOnce(() => {
      throw new Error('killed');
    });
    await expect(setLock()).rejects.toThrow('killed');
    failing.mockRestore();
    await restart();
    expect(await bytes()).toContain(SECRET);
    await unlock();
    expect(await bytes()).not.toContain(SECRET);
  });

  it('tells nothing by its record, and needs 600,000 rounds', async () => {
    await setLock();
    const record = await session.lockOf(phone.account_id);
    expect(record?.kdf.iterations).toBe(ITERATIONS);
    expect(ITERATIONS).toBeGreaterThanOrEqual(600_000);
    const told = JSON.stringify(record);
    expect(told).not.toContain(PASSPHRASE);
    expect(told.replaceAll('-', '')).not.toContain(recovery.replaceAll('-', ''));
    await session.changeLock(phone.account_id, (now) => now && { ...now, kdf: { ...now.kdf, iterations: 1000 } });
    await expect(lock.open(PASSPHRASE)).rejects.toThrow(WrongKey);
  });
});

describe('while it is locked', () => {
  it('an entry with words is logged, sealed, and read again once it is opened', async () => {
    await restart();
    const visit = newId();
    const before = newId();
    await notebook.write([started(visit), logged(visit, { jotting: `${SECRET} før` }, before)]);
    await setLock();
    await restart();
    expect(notebook.get('entry', before)).toMatchObject({ is_locked: true });
    expect(notebook.get('entry', before)?.fields.jotting).toBeUndefined();
    expect(notebook.get('encounter', visit)?.fields.kind).toBe('visit');
    const during = newId();
    await notebook.write([logged(visit, { jotting: `${SECRET} imens`, action: 'talks' }, during)]);
    expect(notebook.get('entry', during)?.fields.jotting).toBe(`${SECRET} imens`);
    expect(await bytes()).not.toContain(SECRET);
    await restart();
    expect(notebook.get('entry', during)?.fields).toMatchObject({ action: 'talks' });
    expect(notebook.get('entry', during)?.is_locked).toBe(true);
    await unlock();
    expect(notebook.entriesOf(visit).map((entry) => entry.fields.jotting).sort()).toEqual([`${SECRET} før`, `${SECRET} imens`]);
    expect(notebook.get('entry', during)?.is_locked).toBeUndefined();
  });

  it('nothing in memory says the words once it is closed again', async () => {
    await restart();
    await setLock();
    const visit = newId();
    await notebook.write([started(visit), logged(visit, { jotting: SECRET })]);
    await notebook.saveDraft('jotting:x', SECRET);
    await lock.close();
    await notebook.notes.reload();
    await isRead();
    expect(JSON.stringify(notebook.entriesOf(visit))).not.toContain(SECRET);
    expect(notebook.draft('jotting:x')).toBeUndefined();
    expect(lock.isOpen).toBe(false);
  });

  it('what cannot be opened waits for sending, and what stands behind it too', async () => {
    await restart();
    await setLock();
    const visit = newId();
    await notebook.write([started(visit), logged(visit, { jotting: 'ord' })]);
    expect(await copy().nextBatch()).toHaveLength(2);
    await restart();
    await notebook.write([logged(visit)]);
    expect(await copy().nextBatch()).toEqual([]);
    expect(notebook.counts().unsent).toBe(3);
    await unlock();
    const batch = await copy().nextBatch();
    expect(batch.map(({ kind, payload }) => [kind, payload.jotting ?? payload.setting])).toEqual([
      ['encounter.started', 'hjem 3'],
      ['entry.logged', 'ord'],
      ['entry.logged', undefined],
    ]);
  });

  it('a text being typed is not written over', async () => {
    await restart();
    await setLock();
    await notebook.saveDraft('jotting:x', 'halvt');
    await notebook.saveDraft('alive:x', '2026-03-02T09:00:00.000+01:00');
    await restart();
    expect(notebook.isDraftLocked('jotting:x')).toBe(true);
    await expect(notebook.saveDraft('jotting:x', 'nyt')).rejects.toThrow();
    await notebook.dropDraft('jotting:x');
    expect(notebook.draft('alive:x')).toBe('2026-03-02T09:00:00.000+01:00');
    await unlock();
    expect(notebook.draft('jotting:x')).toBe('halvt');
  });

  it('a change that came from the server is sealed as well', async () => {
    await restart();
    await setLock();
    await restart();
    const entry = newId();
    const [made] = await notebook.write([logged(newId(), {}, entry)]);
    const fed = { ...made!, change_id: newId(), kind: 'entry.amended', parents: [], payload: { jotting: SECRET }, seq: 1, author: 'b', received_at: '2026-03-02T10:00:00.000Z' };
    await copy().enterEpoch('a');
    await copy().keepPage(0, { epoch: 'a', changes: [fed], cursor: 1, has_more: false });
    expect(notebook.get('entry', entry)?.fields.jotting).toBe(SECRET);
    expect(await bytes()).not.toContain(SECRET);
  });

  it.each([true, false])('a strike from elsewhere waits where something is being typed about its thing (%s), and there alone', async (isTyped) => {
    await restart().then(setLock);
    const [entry, by] = [newId(), newId()];
    const [made] = await notebook.write([logged(newId(), { jotting: SECRET }, entry)]);
    await notebook.saveDraft(`jotting:${isTyped ? entry : newId()}`, `${SECRET} og`).then(restart);
    const stub = { ...made!, payload: { ...made!.payload, jotting: 'C1' }, redacted: { mode: 'words', by }, seq: 1, author: 'b', received_at: made!.made_at };
    const told = { ...stub, change_id: by, kind: 'subject.redacted', payload: { mode: 'words', changes: [made!.change_id] }, redacted: undefined, stubs: [stub] };
    const page = { epoch: 'a', changes: [told] as unknown as FedChange[], cursor: 1, has_more: false };
    await copy().enterEpoch('a');
    expect([await copy().keepPage(0, page), await unlock(), await copy().keepPage(0, page)]).toEqual([!isTyped, undefined, isTyped]);
    expect([notebook.get('entry', entry)?.fields.jotting, notebook.draft(`jotting:${entry}`)]).toEqual(['C1', isTyped ? 'C1 og' : undefined]);
  });

  it('a strike that cannot see what it reaches changes nothing', async () => {
    await restart();
    await setLock();
    const entry = newId();
    await notebook.write([logged(newId(), { jotting: 'Fru Jensen' }, entry)]);
    await restart();
    await expect(notebook.write([strikeText(entry, 'Jensen', '▮')])).rejects.toThrow();
    expect(notebook.counts().unsent).toBe(1);
    await unlock();
    await notebook.write([strikeText(entry, 'Jensen', '▮')]);
    expect(notebook.get('entry', entry)?.fields.jotting).toBe('Fru ▮');
  });
});

describe('who has the passphrase or the code', () => {
  it('opens; nobody else does', async () => {
    await restart();
    const entry = newId();
    await setLock();
    await notebook.write([logged(newId(), { jotting: SECRET }, entry)]);
    await restart();
    await expect(unlock('en lang sætning om sne')).rejects.toThrow(WrongKey);
    expect(lock.isOpen).toBe(false);
    // å and æ may be typed as two characters.
    await unlock(PASSPHRASE.normalize('NFD'));
    expect(notebook.get('entry', entry)?.fields.jotting).toBe(SECRET);
  });

  it('changes the passphrase without rewriting a note', async () => {
    await restart();
    await setLock();
    await notebook.write([logged(newId(), { jotting: SECRET })]);
    const before = await bytes();
    await expect(lock.changePassphrase('forkert og langt', 'noget helt andet')).rejects.toThrow(WrongKey);
    await lock.changePassphrase(PASSPHRASE, 'noget helt andet');
    expect(await bytes()).toBe(before);
    await restart();
    await expect(unlock()).rejects.toThrow(WrongKey);
    await unlock('noget helt andet');
  });

  it('recovers by the code and sets a new passphrase', async () => {
    await restart();
    await setLock();
    const entry = newId();
    await notebook.write([logged(newId(), { jotting: SECRET }, entry)]);
    await restart();
    await expect(lock.recover('0000-0000', 'ny sætning her')).rejects.toThrow(WrongKey);
    expect(recovery).toMatch(/^([0-9a-f]{4}-){7}[0-9a-f]{4}$/);
    await lock.recover(recovery.toUpperCase().replaceAll('-', ' '), 'ny sætning her');
    await notebook.notes.reload();
    await isRead();
    expect(notebook.get('entry', entry)?.fields.jotting).toBe(SECRET);
    await restart();
    await unlock('ny sætning her');
  });

  it('renews the code, and the old one opens nothing any more', async () => {
    await restart();
    await setLock();
    const renewed = await lock.renewRecovery(PASSPHRASE);
    await restart();
    await expect(lock.recover(recovery, 'ny sætning her')).rejects.toThrow(WrongKey);
    await lock.recover(renewed, 'ny sætning her');
  });

  it('takes the lock away, and everything is plain', async () => {
    await restart();
    await setLock();
    await notebook.write([logged(newId(), { jotting: `${SECRET} en` })]);
    await restart();
    await notebook.write([logged(newId(), { jotting: `${SECRET} to` })]);
    await lock.remove(PASSPHRASE);
    await restart();
    expect(await session.lockOf(phone.account_id)).toBeUndefined();
    expect((await notebook.unsent()).map(({ payload }) => payload.jotting)).toEqual([`${SECRET} en`, `${SECRET} to`]);
  });

  it('many locked whiles end in one key, but not one that another tab still seals with', async () => {
    const held = new Set<string>();
    const locks = {
      request: (name: string, ...[how, work]: [unknown, (() => Promise<void>)?]) => {
        held.add(name);
        return (work ?? (how as () => Promise<void>))().finally(() => held.delete(name));
      },
      query: () => Promise.resolve({ held: [...held].map((name) => ({ name })) }),
    };
    vi.stubGlobal('navigator', { locks });
    await restart();
    await setLock();
    const other = (await Lock.find(session, phone.account_id))!;
    const itsWhile = [...held].filter((name) => name.startsWith('skygge-while-')).map((name) => name.replace('skygge-while-', ''));
    expect(itsWhile).toHaveLength(1);
    for (let at = 0; at < 51; at += 1) {
      await lock.close();
      await notebook.write([logged(newId(), { jotting: `${SECRET} ${at}` })]);
    }
    await unlock();
    const { whiles } = (await session.lockOf(phone.account_id))!;
    expect(Object.keys(whiles)).toEqual(expect.arrayContaining(itsWhile));
    // The one that has just ended may still be held.
    expect(Object.keys(whiles).length).toBeLessThanOrEqual(2);
    expect((await notebook.unsent()).filter(({ payload }) => String(payload.jotting).startsWith(SECRET))).toHaveLength(51);
    expect(other.isOpen).toBe(false);
    vi.unstubAllGlobals();
  });
});

describe('when both are lost', () => {
  it('what only this phone had keeps who, what and when; the rest is asked for again', async () => {
    await restart();
    await setLock();
    const [sent, unsent] = [newId(), newId()];
    const [made] = await notebook.write([logged(newId(), { jotting: SECRET, action: 'talks' }, sent)]);
    await copy().enterEpoch('a');
    await copy().settle('a', [{ change_id: made!.change_id, verdict: 'stored' }]);
    const fed = { ...made!, seq: 1, author: 'observer-1', received_at: '2026-03-02T10:00:00.000Z' };
    await copy().keepPage(0, { epoch: 'a', changes: [fed], cursor: 1, has_more: false });
    await notebook.write([logged(newId(), { jotting: SECRET, action: 'asks' }, unsent)]);
    await notebook.saveDraft('jotting:x', SECRET);
    await restart();
    await lock.giveUp();
    await restart();
    expect(notebook.get('entry', unsent)?.fields).toMatchObject({ jotting: '▮', action: 'asks' });
    expect(await copy().nextBatch()).toHaveLength(1);
    expect(await copy().place()).toMatchObject({ cursor: 0 });
    await copy().keepPage(0, { epoch: 'a', changes: [fed], cursor: 1, has_more: false });
    expect(notebook.get('entry', sent)?.fields).toMatchObject({ jotting: SECRET, action: 'talks' });
    expect(await copy().nextBatch()).toHaveLength(1);
    expect(notebook.draft('jotting:x')).toBeUndefined();
    expect(await session.lockOf(phone.account_id)).toBeUndefined();
  });
});

describe('an envelope', () => {
  it('is found in every field that holds a text', () => {
    useRing({ seal: (text) => ({ codec: 1, key: 'k', sealed: text }), open: () => undefined });
    const sealed = sealFields({ way: 'w', witness: 'v', actor_id: 'a' }, 'id') as Record<string, Envelope>;
    expect([sealed.way?.codec, sealed.witness?.codec, sealed.actor_id]).toEqual([1, 1, 'a']);
    expect(() => openFields(sealed, 'id')).toThrow();
  });
});
