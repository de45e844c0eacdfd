// @vitest-environment node
import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notesName } from './database';
import { amended, logged, newPhone, started, STUDY, type Phone } from './forTests';
import { newId } from './identity';
import type { OpenNotebook } from './openNotebook';
import { StoredPhoneCopy } from './phoneCopy';

let phone: Phone;
let notebook: OpenNotebook;
const opened: OpenNotebook[] = [];

async function open(): Promise<OpenNotebook> {
  const fresh = await phone.open();
  opened.push(fresh);
  return fresh;
}

async function readRaw(store: string): Promise<unknown[]> {
  const db = await openDB(notesName(phone.account_id, STUDY));
  const all: unknown[] = await db.getAll(store);
  db.close();
  return all;
}

beforeEach(async () => {
  phone = newPhone();
  notebook = await open();
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

describe('a touch is safe in one transaction', () => {
  it('keeps change, place in the outbox and folded thing, and finds them after a restart', async () => {
    const visit = newId();
    await notebook.write([started(visit)]);
    const [change] = await notebook.write([logged(visit, { jotting: '=vent lidt æøå 🙂' })]);
    const again = await open();
    expect(again.entriesOf(visit).map((entry) => entry.fields.jotting)).toEqual(['=vent lidt æøå 🙂']);
    expect(again.counts()).toEqual({ on_phone: 2, unsent: 2, on_server: 0, parked: 0 });
    expect(change).toMatchObject({ kind: 'entry.logged', device_seq: 2, device_id: phone.device_id, schema: 1 });
    expect(await readRaw('outbox')).toHaveLength(2);
  });

  it('opens exactly one strict transaction per touch', async () => {
    const opening = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await notebook.write([logged(newId()), logged(newId())]);
    const writing = opening.mock.calls.filter(([, mode]) => mode === 'readwrite');
    expect(writing).toHaveLength(1);
    expect(writing[0]?.[2]).toEqual({ durability: 'strict' });
  });

  it('shows nothing before the transaction has completed', async () => {
    const id = newId();
    let isThereTooEarly = false;
    const tell = vi.spyOn(IDBObjectStore.prototype, 'put');
    tell.mockImplementationOnce(function (this: IDBObjectStore, ...given: Parameters<IDBObjectStore['put']>) {
      tell.mockRestore();
      isThereTooEarly = notebook.get('entry', id) !== undefined;
      return this.put(...given);
    });
    const saving = notebook.write([logged(newId(), {}, id)]);
    expect(notebook.get('entry', id)).toBeUndefined();
    await saving;
    expect(isThereTooEarly).toBe(false);
    expect(notebook.get('entry', id)).toBeDefined();
  });

  it.each(['change', 'outbox', 'subject', 'meta'])('leaves nothing at all when it dies at the store %s', async (store) => {
    for (const method of ['put', 'add'] as const) {
      const real = IDBObjectStore.prototype[method];
      vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(function (
        this: IDBObjectStore,
        ...given: Parameters<IDBObjectStore['put']>
      ) {
        if (this.name === store) throw new Error('the phone died here');
        return real.apply(this, given);
      });
    }
    const id = newId();
    await expect(notebook.write([logged(newId(), {}, id)])).rejects.toThrow('the phone died here');
    vi.restoreAllMocks();
    for (const each of ['change', 'outbox', 'subject', 'meta']) expect(await readRaw(each)).toEqual([]);
    expect(notebook.get('entry', id)).toBeUndefined();
    expect(notebook.counts().on_phone).toBe(0);
    await notebook.write([logged(newId(), {}, id)]);
    expect(notebook.get('entry', id)).toBeDefined();
  });

  it('never counts a store when it opens', async () => {
    const counting = vi.spyOn(IDBObjectStore.prototype, 'count');
    await notebook.write([logged(newId())]);
    expect((await open()).counts().unsent).toBe(1);
    expect(counting).not.toHaveBeenCalled();
  });
});

describe('a change names what it replaces', () => {
  it('also when the second touch comes before the first is on the disk', async () => {
    const id = newId();
    const [first, second] = await Promise.all([
      notebook.write([logged(newId(), { action: 'talks' }, id)]),
      notebook.write([amended(id, { action: 'asks' })]),
    ]);
    expect(second[0]?.parents).toEqual([first[0]?.change_id]);
    expect(notebook.get('entry', id)?.fields.action).toBe('asks');
    expect(notebook.get('entry', id)?.conflicts).toEqual([]);
  });

  it('within one touch too', async () => {
    const id = newId();
    const [first, second] = await notebook.write([logged(newId(), { action: 'talks' }, id), amended(id, { action: 'asks' })]);
    expect(second?.parents).toEqual([first?.change_id]);
    expect(notebook.parentsOf(id, ['action'])).toEqual([second?.change_id]);
  });

  it('so that taking back an amended entry is no conflict', async () => {
    const id = newId();
    await notebook.write([logged(newId(), {}, id)]);
    await notebook.write([amended(id, { jotting: 'x' })]);
    await notebook.write([{ kind: 'entry.retracted', subject_id: id, payload: {} }]);
    expect(notebook.get('entry', id)).toMatchObject({ retracted: true, conflicts: [] });
    await notebook.write([{ kind: 'entry.restored', subject_id: id, payload: {} }]);
    expect(notebook.get('entry', id)).toMatchObject({ retracted: false, conflicts: [] });
    expect((await notebook.history(id)).map((change) => change.kind)).toEqual([
      'entry.logged',
      'entry.amended',
      'entry.retracted',
      'entry.restored',
    ]);
  });
});

describe('what others wrote without seeing it', () => {
  it('stands beside a retraction, every edit of it, whatever the lock does with equal words', async () => {
    const id = newId();
    const [entry] = await notebook.write([logged(newId(), { jotting: 'a' }, id)]);
    if (!entry) throw new Error('nothing was written');
    const copy = new StoredPhoneCopy(notebook.notes, phone.device_id, { changes: 9, bytes: 9_000 });
    const theirs = (seq: number, kind: string, payload: object) => ({
      ...entry, change_id: newId(), kind, payload, parents: [entry.change_id], seq, author: 'observer-2', received_at: entry.made_at,
    }); // prettier-ignore
    const edits = [theirs(1, 'entry.amended', { action: 'asks' }), theirs(2, 'entry.amended', { recipient_id: newId() }), theirs(3, 'entry.retracted', {})];
    const epoch = '0192a000-0000-7000-8000-00000000aaaa';
    await copy.enterEpoch(epoch);
    await copy.keepPage(0, { epoch, changes: edits as never, cursor: 3, has_more: false });
    const [apart] = notebook.get('entry', id)?.conflicts ?? [];
    expect(apart?.field).toBe('retracted');
    expect(apart?.values.map(({ value }) => value)).toEqual([true, false, false]);
  });
});

describe('what lies on the phone', () => {
  it('has its texts in envelopes, in changes and in things', async () => {
    const visit = newId();
    await notebook.write([started(visit), logged(visit, { jotting: 'hemmeligt' })]);
    const raw = [...(await readRaw('change')), ...(await readRaw('subject'))];
    const texts = JSON.stringify(raw).match(/\{"codec":0,"text":"(hemmeligt|hjem 3)"\}/g);
    expect(texts).toHaveLength(4);
    expect(JSON.stringify(raw).match(/hemmeligt|hjem 3/g)).toHaveLength(4);
  });

  it('holds no NUL and no half character', async () => {
    const id = newId();
    await notebook.write([logged(newId(), { jotting: 'a\u0000b\ud83d' }, id)]);
    expect(notebook.get('entry', id)?.fields.jotting).toBe('ab\ufffd');
  });

  it('keeps a text being typed across a crash', async () => {
    await notebook.saveDraft('words', 'hun siger at');
    const again = await open();
    expect(again.draft('words')).toBe('hun siger at');
    await again.dropDraft('words');
    expect((await open()).draft('words')).toBeUndefined();
  });

  it('can be saved as a copy, also when the database does not answer', async () => {
    await notebook.write([logged(newId(), { jotting: 'on disk' })]);
    vi.spyOn(notebook.notes.connection, 'use').mockReturnValue(new Promise(() => undefined));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    void notebook.write([logged(newId(), { jotting: 'waiting' })]);
    await vi.advanceTimersByTimeAsync(1499);
    expect(notebook.isStuck).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    expect(notebook.isStuck).toBe(true);
    const copying = notebook.saveCopy();
    await vi.advanceTimersByTimeAsync(1600);
    const [line] = (await (await copying).text()).trim().split('\n');
    expect(JSON.parse(line ?? '')).toMatchObject({
      type: 'change',
      author: notebook.account.observer,
      device_seq: 2,
      payload: { jotting: 'waiting' },
    });
    vi.restoreAllMocks();
    opened.length = 0;
  });

  it('holds in memory what the disk refused, offers it as a copy, and saves it with the next touch', async () => {
    const visit = newId();
    await notebook.write([started(visit)]);
    const full = new DOMException('no room', 'QuotaExceededError');
    const refusing = vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw full;
    });
    const lost = newId();
    await expect(notebook.write([logged(visit, { jotting: 'kept' }, lost)], { holds: true })).rejects.toBe(full);
    expect(notebook.isStuck).toBe(true);
    expect(await (await notebook.saveCopy()).text()).toContain('kept');
    refusing.mockRestore();
    await notebook.write([logged(visit)]);
    expect(notebook.isStuck).toBe(false);
    expect(notebook.get('entry', lost)?.fields.jotting).toBe('kept');
    expect((await notebook.unsent()).map((change) => change.device_seq)).toEqual([1, 2, 3]);
  });

  it('writes what was sent past a hanging disk as it was sent, whatever another tab has written meanwhile', async () => {
    const visit = newId();
    const entry = newId();
    await notebook.write([started(visit), logged(visit, { jotting: 'first' }, entry)]);
    const tab = await open();
    let answer: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => (answer = resolve));
    const { connection } = notebook.notes;
    const use = connection.use.bind(connection);
    vi.spyOn(connection, 'use').mockImplementation((work) => hanging.then(() => use(work)));
    const saving = notebook.write([amended(entry, { jotting: 'past the disk' }), logged(visit, { jotting: 'too' })]);
    const sent = (await notebook.unsent()).filter(({ payload }) => /past|too/.test(String(payload.jotting)));
    expect(sent).toHaveLength(2);
    expect(await notebook.unsent()).toEqual(sent);
    await tab.write([amended(entry, { jotting: 'in the other tab' }), logged(visit, {})]);
    answer();
    await saving;
    const there = await notebook.unsent();
    // The server knows a change again only when nothing in it is different; otherwise it would set it aside for ever.
    expect(sent.map(({ change_id }) => there.find((change) => change.change_id === change_id))).toEqual(sent);
    expect(there).toHaveLength(6);
    expect((await notebook.write([logged(visit, {})]))[0]?.device_seq).toBe(7);
    expect(new Set((await readRaw('outbox')).map((waiting) => (waiting as { own: number }).own)).size).toBe(7);
  });

  it('gives entries in stream order and first what is needed now', async () => {
    const old = newId();
    const visit = newId();
    await notebook.write([started(old)]);
    await notebook.write(Array.from({ length: 20 }, () => logged(old)));
    await notebook.write([{ kind: 'encounter.ended', subject_id: old, payload: { ended_at: '2026-03-02T09:05:00+01:00' } }]);
    const later = Array.from({ length: 4 }, () => started());
    await notebook.write([...later, started(visit)]);
    await notebook.write([
      logged(visit, { started_at: '2026-03-02T09:03:00.000+01:00', action: 'last' }),
      logged(visit, { started_at: '2026-03-02T08:02:00.000+00:00', action: 'first' }),
      logged(visit, { started_at: '2026-03-02T09:02:00.000+01:00', action: 'second' }),
    ]);
    const again = await open();
    expect(again.entriesOf(visit).map((entry) => entry.fields.action)).toEqual(['first', 'second', 'last']);
    expect(again.isComplete).toBe(false);
    expect(again.entriesOf(old)).toHaveLength(0);
    await vi.waitUntil(() => again.isComplete);
    expect(again.entriesOf(old)).toHaveLength(20);
  });
});

describe('two tabs', () => {
  it('never use one number twice, and see each other’s notes', async () => {
    const other = await open();
    const visit = newId();
    const writes = Array.from({ length: 10 }, (_, turn) => (turn % 2 ? notebook : other).write([logged(visit)]));
    const numbers = (await Promise.all(writes)).map(([change]) => change?.device_seq);
    expect([...numbers].sort((one, two) => one! - two!)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await vi.waitUntil(() => notebook.entriesOf(visit).length === 10 && other.entriesOf(visit).length === 10);
    await vi.waitUntil(() => notebook.counts().unsent === 10 && other.counts().unsent === 10);
  });

  it('let a newer app go on', async () => {
    const changed = vi.fn();
    notebook.subscribe(changed);
    const newer = await openDB(notesName(phone.account_id, STUDY), 99);
    newer.close();
    expect(notebook.isSuperseded).toBe(true);
    expect(changed).toHaveBeenCalled();
    await expect(notebook.write([logged(newId())])).rejects.toThrow();
  });
});
