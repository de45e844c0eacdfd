import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IDBFactory } from 'fake-indexeddb';
import { KINDS, type FedChange } from '../store/changes';
import { logged, newPhone, started } from '../store/forTests';
import { newId } from '../store/identity';
import { StoredPhoneCopy } from '../store/phoneCopy';
import { Problem } from '../sync/problem';
import type { Occasions } from '../sync/when';
import { LiveSync } from './liveSync.svelte';

const EPOCH = '0192a000-0000-7000-8000-00000000aaaa';
let occasions: Occasions;

// Files share their modules; the one that is taken the place of here must be loaded anew, and again after these tests.
const back = vi.hoisted(() => (vi.resetModules(), { isWanted: false, isDue: false, asked_ms: [] as number[], fails: undefined as Error | undefined }));
afterAll(() => void vi.resetModules());

vi.mock('../sync/when', () => ({
  SyncTimes: class {
    constructor(given: Occasions) {
      occasions = given;
    }
    start(): void {
      // No syncs of its own in these tests.
    }
    stop(): void {
      // Nothing was started.
    }
    again(ms: number): void {
      back.asked_ms.push(ms);
    }
  },
}));
vi.mock('../sync/engine', () => ({ syncOnce: () => (back.fails ? Promise.reject(back.fails) : Promise.resolve()) }));
vi.mock('./cleaning', () => ({
  TAB: 'skygge-tab',
  Cleaning: class {
    run = () => Promise.resolve(back.isWanted);
    get isDue(): boolean {
      return back.isDue;
    }
  },
}));

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** What a colleague's phone reported, as the feed tells it. */
async function startedBy(author: string): Promise<FedChange> {
  globalThis.indexedDB = new IDBFactory();
  const theirs = await newPhone().open();
  const [change] = await theirs.write([started()]);
  await theirs.close();
  if (!change) throw new Error('nothing was written');
  return { ...change, seq: 1, author, received_at: change.made_at };
}

describe('the quiet of the timer', () => {
  it('is kept for the own running encounter, never for a colleague’s', async () => {
    const theirs = await startedBy('observer-2');
    const phone = newPhone();
    const notebook = await phone.open();
    new LiveSync(notebook, phone.device_id, () => true, { isSettled: true, renew: () => Promise.resolve() });
    const copy = new StoredPhoneCopy(notebook.notes, phone.device_id, { changes: 9, bytes: 9_000 });
    await copy.enterEpoch(EPOCH);
    await copy.keepPage(0, { epoch: EPOCH, changes: [theirs], cursor: 1 });
    expect(notebook.list('encounter')).toHaveLength(1);
    vi.stubGlobal('location', { hash: '#/capture' });
    expect(occasions.isObserving()).toBe(false);

    const own = newId();
    await notebook.write([started(own)]);
    // On the laptop, while the same person's phone writes: it would never hear that the encounter has ended.
    vi.stubGlobal('location', { hash: '#/review' });
    expect(occasions.isObserving()).toBe(false);
    vi.stubGlobal('location', { hash: '#/capture' });
    expect(occasions.isObserving()).toBe(true);
    await notebook.write([{ kind: 'encounter.ended', subject_id: own, payload: { ended_at: '2026-03-02T10:00:00.000+01:00' } }]);
    expect(occasions.isObserving()).toBe(false);
  });
});

describe('the first start after an update', () => {
  it('reads what came in a kind that was not known then', async () => {
    const theirs = await startedBy('observer-2');
    const moved: FedChange = { ...theirs, change_id: newId(), kind: 'encounter.moved', payload: { floor: 2 }, seq: 2 };
    const phone = newPhone();
    const notebook = await phone.open();
    const copy = new StoredPhoneCopy(notebook.notes, phone.device_id, { changes: 9, bytes: 9_000 });
    await copy.enterEpoch(EPOCH);
    await copy.keepPage(0, { epoch: EPOCH, changes: [theirs, moved], cursor: 2 });
    vi.stubGlobal('EventSource', class { close = (): void => undefined; });
    const later = KINDS as Record<string, object>;
    later['encounter.moved'] = { subject: 'encounter' };
    const live = new LiveSync(notebook, phone.device_id, () => true, { isSettled: true, renew: () => Promise.resolve() });
    live.start();
    await vi.waitFor(() => expect(notebook.list('encounter')[0]?.fields).toMatchObject({ kind: 'visit', floor: 2 }));
    live.stop();
    delete later['encounter.moved'];
  });
});

describe('a disk that cannot be cleared this very moment', () => {
  it('is come back to, later and later and not for ever; and anew after it was cleared', async () => {
    const phone = newPhone();
    new LiveSync(await phone.open(), phone.device_id, () => true, { isSettled: true, renew: () => Promise.resolve() });
    vi.stubGlobal('EventSource', undefined);
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
    for (const isWanted of [...Array<boolean>(9).fill(true), false, true]) {
      back.isWanted = isWanted;
      expect(await occasions.run()).toBe('done');
    }
    expect(back.asked_ms).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 1_000]);
  });
});

describe('a disk that may be cleared at the place somebody comes to', () => {
  it('is not left waiting for the minute’s turn', async () => {
    vi.stubGlobal('EventSource', undefined);
    vi.stubGlobal('navigator', {});
    const phone = newPhone();
    const sync = new LiveSync(await phone.open(), phone.device_id, () => true, { isSettled: true, renew: () => Promise.resolve() });
    back.asked_ms.length = 0;
    sync.start();
    dispatchEvent(new Event('hashchange'));
    expect(back.asked_ms).toEqual([]);
    back.isDue = true;
    dispatchEvent(new Event('hashchange'));
    expect(back.asked_ms).toEqual([1_000]);
    sync.stop();
    dispatchEvent(new Event('hashchange'));
    expect(back.asked_ms).toEqual([1_000]);
  });
});

describe('a request that the server failed', () => {
  it('is named, so that its log can be asked, until another contact goes another way', async () => {
    const phone = newPhone();
    const sync = new LiveSync(await phone.open(), phone.device_id, () => true, { isSettled: true, renew: () => Promise.resolve() });
    vi.stubGlobal('EventSource', undefined);
    back.fails = new Problem(500, 'server.failed', undefined, [], EPOCH);
    await occasions.run();
    expect([sync.state, sync.failed_request]).toEqual(['error', EPOCH]);
    back.fails = new Problem(0, 'offline');
    await occasions.run();
    expect([sync.state, sync.failed_request]).toEqual(['offline', undefined]);
    back.fails = undefined;
  });
});

describe('Send now', () => {
  const AT = '2026-03-02T10:00:00.000+00:00';

  it('sends from memory what waits for a database that does not answer', async () => {
    const pushed: { device_seq: number; payload: object }[] = [];
    vi.stubGlobal('fetch', (_address: string, init: RequestInit) => {
      pushed.push(...(JSON.parse(String(init.body)) as { changes: typeof pushed }).changes);
      const told = { epoch: EPOCH, verdicts: [], server_received_at: AT, server_time: AT };
      return Promise.resolve(new Response(JSON.stringify(told), { headers: { 'Content-Type': 'application/json' } }));
    });
    const phone = newPhone();
    const notebook = await phone.open();
    const sync = new LiveSync(notebook, phone.device_id, () => true, { isSettled: true, renew: () => Promise.resolve() });
    vi.spyOn(notebook.notes.connection, 'use').mockReturnValue(new Promise(() => undefined));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    void notebook.write([logged(newId(), { jotting: 'waiting' })]);
    await vi.advanceTimersByTimeAsync(1600);
    const sending = sync.sendNow();
    expect(sync.state).toBe('sending');
    await vi.advanceTimersByTimeAsync(1600);
    await sending;
    expect(pushed).toMatchObject([{ device_seq: 1, payload: { jotting: 'waiting' } }]);
    expect(sync.state).toBe('idle');
  });
});
