// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KINDS, type FedChange } from '../store/changes';
import { logged, newPhone, started, type Phone } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import { StoredPhoneCopy } from '../store/phoneCopy';
import { syncOnce } from './engine';
import { MemoryServer } from './memoryServer';
import type { Acknowledgement, FeedPage } from './protocol';

/** A server and phones one version ahead: what this app does not know yet is kept, and read when it knows it. */

const KIND = 'entry.weighed';
const LATER = KINDS as Record<string, object>;

/** Says its newer protocol, and more beside it than this app has names for. */
class NewerServer extends MemoryServer {
  override async push(...asked: Parameters<MemoryServer['push']>): Promise<Acknowledgement> {
    const answer = { ...(await super.push(...asked)), protocol: 2, advice: ['rest'] };
    return { ...answer, verdicts: answer.verdicts.map((verdict) => ({ ...verdict, weight: 1 })) };
  }

  override async pull(after: number): Promise<FeedPage> {
    return { ...(await super.pull(after)), ...{ protocol: 2, hints: { slow: true } } };
  }
}

let server: NewerServer;
let phone: Phone;
let notebook: OpenNotebook;
let copy: StoredPhoneCopy;
let visit: string;
let entry: string;

async function open(): Promise<void> {
  notebook = await phone.open();
  copy = new StoredPhoneCopy(notebook.notes, phone.device_id, { changes: 500, bytes: 240_000 });
}

/** What somebody's newer phone reports about a thing. */
function told(kind: string, subject_id: string, payload: object, more: object = {}): FedChange {
  const seq = server.feed.length + 1;
  const stamp = { made_at: '2026-03-02T09:05:00.000+01:00', utc_offset_minutes: 60, time_zone: 'Europe/Copenhagen' };
  const device = { device_id: newId(), device_seq: 1, session_id: newId(), monotonic_ms: 1, schema: 2, app_version: '9' };
  const fed = { seq, author: 'observer-2', received_at: '2026-03-02T10:00:00.000+00:00', corrected_at: null };
  return { change_id: newId(), kind, subject_id, parents: [], payload: { ...payload }, ...stamp, ...device, ...fed, ...more };
}

beforeEach(async () => {
  server = new NewerServer();
  phone = newPhone();
  await open();
  [visit, entry] = [newId(), newId()];
  await notebook.write([started(visit), logged(visit, { jotting: 'vent lidt' }, entry)]);
});

afterEach(async () => {
  delete LATER[KIND];
  await notebook.close();
});

describe('a newer protocol', () => {
  it('is no hindrance: all is sent, fetched and acknowledged, and sync goes on', async () => {
    await syncOnce(copy, server);
    expect(notebook.counts()).toEqual({ on_phone: 2, unsent: 0, on_server: 2, parked: 0 });
    server.feed.push(told(KIND, entry, { weight: 3 }), told('painting.hung', newId(), { room: 'køkken' }));
    server.feed.push(told('entry.logged', newId(), { ...logged(visit).payload, jotting: 'efter' }));
    await syncOnce(copy, server);
    expect(await copy.place()).toMatchObject({ cursor: 5 });
    expect(notebook.entriesOf(visit).map(({ fields }) => fields.jotting).sort()).toEqual(['efter', 'vent lidt']);
    const days = await server.days();
    expect(await copy.agrees(days.days[0]!.checksum)).toBe(true);
    await notebook.write([logged(visit)]);
    await syncOnce(copy, server);
    expect(notebook.counts()).toMatchObject({ unsent: 0, on_server: 3 });
  });

  it('may have verdicts of its own: what they say of a change is not known, so it is put aside and not called safe', async () => {
    const push = server.push.bind(server);
    server.push = async (changes) => {
      const answer = await push(changes);
      const verdicts = answer.verdicts.map((one) => (one.change_id === changes[1]?.change_id ? { ...one, verdict: 'waits' } : one));
      return { ...answer, verdicts: verdicts as typeof answer.verdicts };
    };
    server.pull = () => Promise.reject(new Error('not asked yet'));
    await expect(syncOnce(copy, server)).rejects.toThrow('not asked yet');
    expect(notebook.counts()).toEqual({ on_phone: 2, unsent: 0, on_server: 1, parked: 1 });
  });
});

describe('a change of a kind that this app does not know', () => {
  it('is kept whole, and read as soon as a newer app knows it', async () => {
    await syncOnce(copy, server);
    server.feed.push(told(KIND, entry, { weight: 3, why: 'tung' }, { leaning: 'left' }));
    await syncOnce(copy, server);
    expect(notebook.get('entry', entry)?.fields).not.toHaveProperty('weight');
    await notebook.close();
    LATER[KIND] = { subject: 'entry' };
    await open();
    await copy.learn();
    expect(notebook.get('entry', entry)?.fields).toMatchObject({ jotting: 'vent lidt', weight: 3, why: 'tung' });
    const change = (await notebook.history(entry)).find(({ kind }) => kind === KIND);
    expect(change).toMatchObject({ schema: 2, leaning: 'left', payload: { weight: 3, why: 'tung' } });
    await notebook.close();
    await open();
    expect(notebook.get('entry', entry)?.fields).toMatchObject({ weight: 3 });
  });

  it('waits for its own kind, whatever others are learnt before', async () => {
    await syncOnce(copy, server);
    server.feed.push(told('entry.painted', entry, { color: 'red' }), told(KIND, entry, { weight: 3 }));
    await syncOnce(copy, server);
    for (const kind of [KIND, 'entry.painted']) {
      await notebook.close();
      LATER[kind] = { subject: 'entry' };
      await open();
      await copy.learn();
    }
    delete LATER['entry.painted'];
    expect(notebook.get('entry', entry)?.fields).toMatchObject({ color: 'red', weight: 3 });
  });
});

describe('a field that this app does not know', () => {
  it('is kept on the thing, and survives an edit of another', async () => {
    await syncOnce(copy, server);
    server.feed.push(told('entry.amended', entry, { jotting: 'vent', mood: 'calm' }, { parents: [server.feed[1]!.change_id] }));
    await syncOnce(copy, server);
    await notebook.write([{ kind: 'entry.amended', subject_id: entry, payload: { action: 'asks' } }]);
    await syncOnce(copy, server);
    expect(notebook.get('entry', entry)?.fields).toMatchObject({ jotting: 'vent', mood: 'calm', action: 'asks' });
    expect(server.feed[2]?.payload).toEqual({ jotting: 'vent', mood: 'calm' });
  });
});
