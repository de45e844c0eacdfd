import { beforeEach, describe, expect, it, vi } from 'vitest';
import { IDBFactory } from 'fake-indexeddb';
import type { FedChange } from '../store/changes';
import { newPhone, started } from '../store/forTests';
import { newId } from '../store/identity';
import { StoredPhoneCopy } from '../store/phoneCopy';
import type { Occasions } from '../sync/when';
import { LiveSync } from './liveSync.svelte';

const EPOCH = '0192a000-0000-7000-8000-00000000aaaa';
let occasions: Occasions;

vi.mock('../sync/when', () => ({
  SyncTimes: class {
    constructor(given: Occasions) {
      occasions = given;
    }
  },
}));

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
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
    new LiveSync(notebook, phone.device_id);
    const copy = new StoredPhoneCopy(notebook.notes, phone.device_id, { changes: 9, bytes: 9_000 });
    await copy.enterEpoch(EPOCH);
    await copy.keepPage(0, { epoch: EPOCH, changes: [theirs], cursor: 1 });
    expect(notebook.list('encounter')).toHaveLength(1);
    expect(occasions.isObserving()).toBe(false);

    const own = newId();
    await notebook.write([started(own)]);
    expect(occasions.isObserving()).toBe(true);
    await notebook.write([{ kind: 'encounter.ended', subject_id: own, payload: { ended_at: '2026-03-02T10:00:00.000+01:00' } }]);
    expect(occasions.isObserving()).toBe(false);
  });
});
