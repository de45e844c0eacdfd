// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { amended, logged, newPhone, started, type Phone } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import { StoredPhoneCopy } from '../store/phoneCopy';
import { syncOnce } from './engine';
import { fail, MemoryServer } from './memoryServer';
import { FOREIGN_ANSWER, Problem } from './problem';

const NEWER = '0192b000-0000-7000-8000-00000000bbbb';
const OLDER = '01920000-0000-7000-8000-000000000000';

let server: MemoryServer;
let phone: Phone;
let notebook: OpenNotebook;
let copy: StoredPhoneCopy;
const opened: OpenNotebook[] = [];

async function open(which: Phone): Promise<[OpenNotebook, StoredPhoneCopy]> {
  const fresh = await which.open();
  opened.push(fresh);
  return [fresh, new StoredPhoneCopy(fresh.notes, which.device_id, { changes: 500, bytes: 240_000 })];
}

async function logEntries(count: number): Promise<string[]> {
  const changes = await notebook.write(Array.from({ length: count }, () => logged('visit')));
  return changes.map((change) => change.change_id);
}

beforeEach(async () => {
  server = new MemoryServer();
  phone = newPhone();
  [notebook, copy] = await open(phone);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

describe('sending', () => {
  it('brings every change to the server once and keeps them all on the phone', async () => {
    const ids = await logEntries(7);
    await syncOnce(copy, server);
    await syncOnce(copy, server);
    expect(server.ids()).toEqual(ids);
    expect(notebook.counts()).toEqual({ on_phone: 7, unsent: 0, on_server: 7, parked: 0 });
    expect(notebook.entriesOf('visit')).toHaveLength(7);
    expect(notebook.entriesOf('visit').every((entry) => entry.is_on_server)).toBe(true);
  });

  it('sends exactly what was reported: nothing of the server’s, no envelope', async () => {
    const [change] = await notebook.write([logged('visit', { jotting: 'æ' })]);
    await syncOnce(copy, server);
    const { seq, author, received_at, corrected_at, ...sent } = server.feed[0]!;
    expect(sent).toEqual(change);
    expect([seq, author, received_at, corrected_at]).toEqual([1, 'observer-1', expect.any(String), null]);
  });

  it('doubles nothing when the answer is lost', async () => {
    const ids = await logEntries(4);
    server.afterRequest = fail;
    await expect(syncOnce(copy, server)).rejects.toThrow('offline');
    expect(notebook.counts().unsent).toBe(4);
    server.afterRequest = () => undefined;
    await syncOnce(copy, server);
    expect(server.ids()).toEqual(ids);
    expect(notebook.counts()).toMatchObject({ unsent: 0, on_server: 4 });
  });

  it('keeps everything when nothing arrives, over a restart of the phone', async () => {
    const ids = await logEntries(3);
    server.beforeRequest = fail;
    await expect(syncOnce(copy, server)).rejects.toThrow('offline');
    const [, again] = await open(phone);
    server.beforeRequest = () => undefined;
    await syncOnce(again, server);
    expect(server.ids()).toEqual(ids);
  });

  it('stays within the limits of one request', async () => {
    const small = new StoredPhoneCopy(notebook.notes, phone.device_id, { changes: 500, bytes: 3000 });
    await notebook.write(Array.from({ length: 10 }, () => logged('visit', { jotting: 'æ'.repeat(400) })));
    await notebook.write([logged('visit', { jotting: 'x'.repeat(9000) })]);
    expect((await small.nextBatch()).length).toBe(2);
    await syncOnce(small, server);
    expect(server.feed).toHaveLength(11);
    expect(server.pushes).toBe(6);
  });

  it('never asks the same for ever when the verdicts are missing', async () => {
    await logEntries(1);
    server.push = () =>
      Promise.resolve({ epoch: server.epoch, verdicts: [], server_received_at: '', server_time: '' });
    await expect(syncOnce(copy, server)).rejects.toThrow(FOREIGN_ANSWER);
    expect(notebook.counts().unsent).toBe(1);
  });
});

describe('one bad change never blocks the rest', () => {
  it('is parked when the server quarantines it, and taken back when it is replayed', async () => {
    const [first, bad, last] = await logEntries(3);
    server.refused.set(bad!, 'change.content_invalid');
    await syncOnce(copy, server);
    expect(server.ids()).toEqual([first, last]);
    expect(notebook.counts()).toEqual({ on_phone: 3, unsent: 0, on_server: 2, parked: 1 });
    expect(await notebook.parked()).toMatchObject([{ code: 'change.content_invalid', change: { change_id: bad } }]);
    server.refused.clear();
    await server.push([(await notebook.parked())[0]!.change]);
    await syncOnce(copy, server);
    expect(notebook.counts()).toMatchObject({ on_server: 3, parked: 0 });
  });

  it('is found by halving when its body cannot be read', async () => {
    const ids = await logEntries(9);
    server.unreadable.add(ids[6]!);
    await syncOnce(copy, server);
    expect(server.ids()).toEqual(ids.filter((id) => id !== ids[6]));
    expect(notebook.counts()).toMatchObject({ unsent: 0, parked: 1 });
  });

  it('is halved after 413 too, until the pieces fit', async () => {
    const ids = await logEntries(10);
    server.maxBatch = 3;
    await syncOnce(copy, server);
    expect(server.ids()).toEqual(ids);
    expect(notebook.counts().parked).toBe(0);
  });

  it('is not parked because somebody else’s 400 came back', async () => {
    await logEntries(2);
    server.push = () => Promise.reject(new Problem(400, FOREIGN_ANSWER));
    await expect(syncOnce(copy, server)).rejects.toThrow(FOREIGN_ANSWER);
    expect(notebook.counts()).toMatchObject({ unsent: 2, parked: 0 });
  });
});

describe('an expired sign-in', () => {
  it('touches nothing, and capture goes on', async () => {
    await logEntries(2);
    server.beforeRequest = () => {
      throw new Problem(401, 'session.missing');
    };
    await expect(syncOnce(copy, server)).rejects.toMatchObject({ status: 401 });
    await logEntries(1);
    expect(notebook.counts()).toEqual({ on_phone: 3, unsent: 3, on_server: 0, parked: 0 });
  });
});

describe('what others wrote', () => {
  it('arrives page by page, and an edit that did not know of another keeps both texts', async () => {
    const visit = newId();
    const id = newId();
    await notebook.write([started(visit), logged(visit, { jotting: 'a' }, id)]);
    await syncOnce(copy, server);
    const [other, otherCopy] = await open(newPhone());
    await syncOnce(otherCopy, server);
    expect(other.get('entry', id)?.fields.jotting).toBe('a');
    await notebook.write([amended(id, { jotting: 'mine' })]);
    await other.write([amended(id, { jotting: 'theirs' })]);
    await syncOnce(copy, server);
    await syncOnce(otherCopy, server);
    await syncOnce(copy, server);
    const [here, there] = [notebook, other].map((each) => each.get('entry', id)?.conflicts);
    expect(here).toEqual(there);
    expect(here?.[0]?.values.map(({ value }) => value).sort()).toEqual(['mine', 'theirs']);
  });

  it('is kept together with the cursor, and a page told twice changes nothing', async () => {
    await logEntries(2);
    await syncOnce(copy, server);
    const page = { epoch: server.epoch, changes: server.feed, cursor: 2 };
    expect(await copy.keepPage(0, page)).toBe(false);
    expect(await copy.place()).toEqual({ epoch: server.epoch, cursor: 2 });
    expect(notebook.entriesOf('visit')).toHaveLength(2);
  });

  it('is kept whole or not at all: a page that cannot be saved leaves the cursor where it was', async () => {
    await logEntries(2);
    await syncOnce(copy, server);
    const unsavable = { ...server.feed[0]!, change_id: newId(), seq: 3, payload: { jotting: () => 'no data' } };
    const page = { epoch: server.epoch, changes: [unsavable], cursor: 3, has_more: true };
    await expect(copy.keepPage(2, page)).rejects.toThrow();
    expect((await copy.place()).cursor).toBe(2);
  });

  it('is compared by a checksum, and the days that differ are taken anew', async () => {
    await logEntries(4);
    await syncOnce(copy, server);
    expect(await copy.agrees((await server.days()).days[0]!.checksum)).toBe(true);
    const [lost, other] = server.feed.splice(1, 2);
    server.feed.push({ ...lost!, change_id: newId(), subject_id: newId(), seq: 2 }, other!);
    await syncOnce(copy, server);
    expect(await copy.agrees((await server.days()).days[0]!.checksum)).toBe(true);
    // What this phone made and the server no longer has is offered again.
    expect(notebook.counts().unsent).toBe(1);
    await syncOnce(copy, server);
    expect(server.ids()).toContain(lost!.change_id);
  });

  it('vanishes where it was erased', async () => {
    const id = newId();
    await notebook.write([logged('visit', { jotting: 'navn' }, id)]);
    server.erased.add(id);
    await syncOnce(copy, server);
    expect(notebook.get('entry', id)).toBeUndefined();
    expect(JSON.stringify(await notebook.history(id))).not.toContain('navn');
    expect(notebook.counts().unsent).toBe(0);
  });
});

describe('a restored server', () => {
  it('is offered everything this phone made, and told once', async () => {
    const ids = await logEntries(5);
    await syncOnce(copy, server);
    server.restore(2, NEWER);
    await syncOnce(copy, server);
    expect(server.ids()).toEqual(ids);
    expect(await copy.place()).toEqual({ epoch: NEWER, cursor: 5 });
    expect(notebook.counts()).toEqual({ on_phone: 5, unsent: 0, on_server: 5, parked: 0 });
  });

  it('takes along what others made and it no longer has, until they offer it again', async () => {
    await logEntries(1);
    await syncOnce(copy, server);
    const theirs = newId();
    const [other, otherCopy] = await open(newPhone());
    await other.write([logged('visit', { jotting: 'theirs' }, theirs)]);
    await syncOnce(otherCopy, server);
    await syncOnce(copy, server);
    expect(notebook.get('entry', theirs)).toBeDefined();
    server.restore(1, NEWER);
    await syncOnce(copy, server);
    expect(notebook.get('entry', theirs)).toBeUndefined();
    await syncOnce(otherCopy, server);
    await syncOnce(copy, server);
    expect(notebook.get('entry', theirs)?.fields.jotting).toBe('theirs');
  });

  it('takes along what it no longer has although this phone has struck words in it', async () => {
    await logEntries(1);
    await syncOnce(copy, server);
    const theirs = newId();
    const [other, otherCopy] = await open(newPhone());
    await other.write([logged('visit', { jotting: 'Bodil venter' }, theirs)]);
    await syncOnce(otherCopy, server);
    await syncOnce(copy, server);
    const payload = { words: 'Bodil', replacement: '▮' };
    await notebook.write([{ kind: 'words.struck', subject_id: theirs, payload }]);
    expect(notebook.get('entry', theirs)?.fields.jotting).toBe('▮ venter');
    server.restore(1, NEWER);
    await syncOnce(copy, server);
    expect(notebook.get('entry', theirs)).toBeUndefined();
    const [again] = await open(phone);
    expect(again.get('entry', theirs)).toBeUndefined();
  });

  it('is noticed on an acknowledgement as well', async () => {
    const ids = await logEntries(5);
    await syncOnce(copy, server);
    server.restore(0, NEWER);
    ids.push(...(await logEntries(1)));
    await syncOnce(copy, server);
    expect([...server.ids()].sort()).toEqual([...ids].sort());
  });

  it('says so on the screen until the changes are there again', async () => {
    await logEntries(1);
    await syncOnce(copy, server);
    await copy.enterEpoch(NEWER);
    expect(notebook.counts()).toMatchObject({ unsent: 1, on_server: 0 });
    expect(notebook.entriesOf('visit')[0]?.is_on_server).toBe(false);
  });

  it('makes an acknowledgement of the older epoch count as none', async () => {
    const [id] = await logEntries(1);
    await copy.enterEpoch(NEWER);
    expect(await copy.settle(OLDER, [{ change_id: id!, verdict: 'stored' }])).toBe(0);
    expect(notebook.counts().unsent).toBe(1);
    await copy.enterEpoch(OLDER);
    expect((await copy.place()).epoch).toBe(NEWER);
  });
});
