import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { logged } from '../store/forTests';
import { AppState } from './appState.svelte';

const STUDY = { study_id: '0192a000-0000-7000-8000-000000000001', title: 'North', role: 'lead', observer: 'observer-1', is_demo: false };
const OTHER_STUDY = { ...STUDY, study_id: '0192a000-0000-7000-8000-000000000002', title: 'South' };
const SIGNS_IN = new Set(['POST /session', 'POST /setup', 'POST /invitations/accept']);
const EPOCH = '0192a000-0000-7000-8000-00000000aaaa';

/** A server with one name after the other at its door, and no network when told so. */
class Host {
  signedIn: string | undefined;
  isOnline = true;
  isSetUp = true;
  studies = [STUDY];
  signIns: { path: string; device_id: unknown; device_name: unknown }[] = [];
  pushed: { name: string; device_id: string; changes: { payload: object }[] }[] = [];

  answer(address: string, init: RequestInit): Promise<Response> {
    if (!this.isOnline) return Promise.reject(new TypeError('Failed to fetch'));
    const body = init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {};
    const path = address.replace(/^\/api\/v1|\?.*$/g, '');
    if (SIGNS_IN.has(`${init.method} ${path}`)) {
      this.signedIn = String(body.name);
      this.signIns.push({ path, device_id: body.device_id, device_name: body.device_name });
    }
    if (path === '/setup') {
      this.isSetUp = true;
      return json({ account: {}, study_id: OTHER_STUDY.study_id }, 201);
    }
    if (!this.isSetUp) return problem(503, 'setup.needed');
    if (!this.signedIn) return problem(401, 'session.missing');
    const name = this.signedIn;
    if (path === '/session' && init.method === 'DELETE') this.signedIn = undefined;
    if (path.endsWith('/changes') && init.method === 'POST') return json(this.take(name, body as never));
    if (path.endsWith('/changes')) return json({ epoch: EPOCH, changes: [], cursor: 0, has_more: false, server_time: NOW });
    return json({ account: { id: `account-of-${name}`, name }, studies: this.studies, server_time: NOW });
  }

  private take(name: string, body: { device_id: string; changes: { change_id: string; payload: object }[] }) {
    this.pushed.push({ name, ...body });
    const verdicts = body.changes.map(({ change_id }) => ({ change_id, verdict: 'stored' }));
    return { epoch: EPOCH, verdicts, server_received_at: NOW, server_time: NOW };
  }
}

const NOW = '2026-03-02T10:00:00.000+00:00';
let host: Host;
const started: AppState[] = [];

/** What this browser has told of itself; a name that a person reads is never empty. */
function deviceOf(app: AppState) {
  const device_id = host.signIns[0]?.device_id;
  expect(device_id).toMatch(/^[0-9a-f-]{36}$/);
  return { device_id, device_name: app.deviceName };
}

function json(told: unknown, status = 200, type = 'application/json'): Promise<Response> {
  return Promise.resolve(new Response(JSON.stringify(told), { status, headers: { 'Content-Type': type } }));
}

function problem(status: number, code: string): Promise<Response> {
  return json({ code }, status, 'application/problem+json');
}

async function start(): Promise<AppState> {
  const app = new AppState();
  started.push(app);
  await app.start();
  return app;
}

async function signedIn(name = 'ane'): Promise<AppState> {
  const app = await start();
  await app.signIn(name, 'a long enough password');
  return app;
}

function jottingsOf(name: string): string[] {
  const changes = host.pushed.filter((push) => push.name === name).flatMap((push) => push.changes);
  return changes.flatMap(({ payload }) => ('jotting' in payload ? [String(payload.jotting)] : []));
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  host = new Host();
  vi.stubGlobal('fetch', (address: string, init: RequestInit) => host.answer(address, init));
  vi.stubGlobal('CompressionStream', undefined);
  location.hash = '';
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((app) => app.stop()));
  vi.unstubAllGlobals();
});

describe('the start', () => {
  it('leads to the door of a server that knows nobody yet, or does not know this phone', async () => {
    expect((await start()).phase).toBe('sign-in');
    host.isSetUp = false;
    expect((await start()).phase).toBe('setup');
    host.isOnline = false;
    expect((await start()).phase).toBe('sign-in');
  });

  it('opens the only study at once and lets one choose among several', async () => {
    expect((await signedIn()).study?.title).toBe('North');
    host.studies = [STUDY, OTHER_STUDY];
    const app = await signedIn('bo');
    expect(app.phase).toBe('studies');
    await app.chooseStudy(OTHER_STUDY.study_id);
    expect([app.phase, app.study?.title]).toEqual(['open', 'South']);
  });

  it('leads from the set-up into the study that was just made, also when there is an example beside it', async () => {
    host.isSetUp = false;
    host.studies = [{ ...STUDY, is_demo: true }, OTHER_STUDY];
    const app = await start();
    const study = { title: 'South', time_zone: 'UTC', languages: ['en'], field_mode: 'words', starter: 'blank' };
    await app.setUp('token', { name: 'ane', password: 'a long enough password', study } as never);
    expect([app.phase, app.study?.title]).toEqual(['open', 'South']);
    expect(host.signIns).toEqual([{ path: '/setup', ...deviceOf(app) }]);
  });

  it('leads from an invitation into its study, signed in once, as the device that then writes', async () => {
    const app = await start();
    await app.join({ code: 'AAAAAAAAAA', name: 'bo', password: 'a long enough password' });
    expect([app.phase, app.study?.title]).toEqual(['open', 'North']);
    expect(host.signIns).toEqual([{ path: '/invitations/accept', ...deviceOf(app) }]);
    await app.notebook.write([logged('visit')]);
    await app.sync.sendNow();
    expect(host.pushed.at(-1)?.device_id).toBe(deviceOf(app).device_id);
  });

  it('needs no network once somebody has signed in', async () => {
    await (await signedIn()).notebook.write([logged('visit', { jotting: 'in the kitchen' })]);
    host.isOnline = false;
    const app = await start();
    expect(app.phase).toBe('open');
    await vi.waitUntil(() => app.notebook.isComplete);
    expect(app.notebook.entriesOf('visit')[0]?.fields.jotting).toBe('in the kitchen');
    await app.notebook.write([logged('visit')]);
    expect(app.live((notebook) => notebook.entriesOf('visit'))).toHaveLength(2);
    await app.sync.sendNow();
    expect(app.sync.state).toBe('offline');
  });

  it('puts *me* among the actors, once', async () => {
    const app = await signedIn();
    const again = await start();
    expect(again.notebook.list('actor').map(({ fields }) => fields)).toEqual([{ label: 'observer-1', kind: 'observer' }]);
    expect(again.notebook.list('actor')[0]?.id).toBe(app.notebook.list('actor')[0]?.id);
  });
});

describe('signing in and out', () => {
  it('an expired session blocks nothing and loses nothing', async () => {
    const app = await signedIn();
    await app.sync.sendNow();
    host.signedIn = undefined;
    await app.notebook.write([logged('visit', { jotting: 'later' })]);
    await app.sync.sendNow();
    expect([app.phase, app.sync.state]).toEqual(['open', 'sign-in']);
    expect(app.notebook.counts().unsent).toBe(1);
    await app.signIn('ane', 'a long enough password');
    await vi.waitUntil(() => app.notebook.counts().unsent === 0);
    expect(jottingsOf('ane')).toEqual(['later']);
  });

  it('signing out works when the session has ended before, and not without a network: its cookie would stay', async () => {
    const app = await signedIn('ane');
    host.isOnline = false;
    await expect(app.signOut()).rejects.toThrow('offline');
    expect(app.phase).toBe('open');
    Object.assign(host, { isOnline: true, signedIn: undefined });
    await app.signOut();
    expect(app.phase).toBe('sign-in');
  });

  it('signing out keeps what was not sent, and only its owner sends it', async () => {
    const app = await signedIn('ane');
    await app.notebook.write([logged('visit', { jotting: 'ane’s own' })]);
    await app.signOut();
    expect(app.phase).toBe('sign-in');
    await app.signIn('bo', 'a long enough password');
    await app.sync.sendNow();
    expect(app.notebook.entriesOf('visit')).toEqual([]);
    expect(jottingsOf('bo')).toEqual([]);
    await app.signOut();
    await app.signIn('ane', 'a long enough password');
    await app.sync.sendNow();
    expect(jottingsOf('ane')).toEqual(['ane’s own']);
    expect(new Set(host.pushed.map((push) => `${push.name} ${push.device_id}`)).size).toBe(2);
  });
});

describe('language', () => {
  it('is kept on this phone', async () => {
    const app = await signedIn();
    app.setLocale('da');
    expect(document.documentElement.lang).toBe('da');
    await vi.waitFor(async () => expect((await start()).locale).toBe('da'));
  });
});
