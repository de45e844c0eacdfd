import 'fake-indexeddb/auto';
import { createInterface } from 'node:readline';
import type { Draft } from '../store/changes';
import { newId } from '../store/identity';
import { openNotebook, type OpenNotebook } from '../store/openNotebook';
import { StoredPhoneCopy } from '../store/phoneCopy';
import type { SubjectType } from '../store/subjects';
import { syncOnce } from './engine';
import { Problem } from './problem';
import { MAX_CHANGES } from './protocol';
import { HttpServerCopy } from './serverCopy';

/**
 * The phone's own store and sync as a program without a browser, for the fleet (tests/fleet): commands come in as lines
 * of JSON, an answer to each goes out. Its database is in memory, so that `wipe` and `restart` can be played.
 */

interface Order {
  do: 'open' | 'write' | 'sync' | 'state' | 'restart' | 'wipe' | 'clock' | 'pick' | 'timed' | 'traffic';
  study_id: string;
  origin: string;
  token: string;
  device_id: string;
  drafts: Draft[];
  types: SubjectType[];
  ahead_ms: number;
  at: number;
}

class PhoneProgram {
  private notebook: OpenNotebook | undefined;
  private account = newId();
  private who: Order | undefined;

  async obey(order: Order): Promise<unknown> {
    if (order.do === 'open') {
      this.who = order;
      speakTo(order.origin, order.token);
      return this.open();
    }
    if (order.do === 'clock') return setClock(order.ahead_ms);
    if (order.do === 'wipe') this.account = newId();
    if (order.do === 'wipe' || order.do === 'restart') return this.open();
    if (order.do === 'write') return (await this.now.write(order.drafts)).map((change) => change.change_id);
    if (order.do === 'sync') return this.sync();
    if (order.do === 'pick') return this.pick(order.at);
    if (order.do === 'timed') return this.timed();
    if (order.do === 'traffic') return traffic.splice(0);
    return this.state(order.types);
  }

  private get now(): OpenNotebook {
    if (!this.notebook) throw new Error('not open');
    return this.notebook;
  }

  private async open(): Promise<null> {
    await this.notebook?.close();
    const { study_id, device_id } = this.who!;
    const account = { id: this.account, name: 'Ane', observer: 'observer-1' };
    this.notebook = await openNotebook(study_id, account, { device_id, session_id: newId(), app_version: 'fleet' });
    return null;
  }

  private async sync(): Promise<string | null> {
    const { study_id, device_id } = this.who!;
    const copy = new StoredPhoneCopy(this.now.notes, device_id, { changes: MAX_CHANGES, bytes: 240_000 });
    try {
      await syncOnce(copy, new HttpServerCopy(study_id, device_id));
      return null;
    } catch (error) {
      if (error instanceof Problem) return `${error.status} ${error.code}`;
      throw error;
    }
  }

  /** How many seconds a sync took that went well. */
  private async timed(): Promise<number> {
    const began = performance.now();
    const failed = await this.sync();
    if (failed !== null) throw new Error(failed);
    return (performance.now() - began) / 1000;
  }

  /** One of the entries known here; the same place gives the same entry while nothing new came in. */
  private pick(at: number): string | null {
    const known = this.now.list('entry').map((entry) => entry.id);
    return known[Math.floor(at * known.length)] ?? null;
  }

  /** What this phone says that things are, and every byte that it keeps. */
  private async state(types: readonly SubjectType[]): Promise<unknown> {
    const things = types.flatMap((type) =>
      this.now.list(type).map(({ id, fields, conflicts }) => ({ type, id, fields, conflicts })),
    );
    const kept = await this.now.notes.connection.use(async (db) => {
      return Promise.all([...db.objectStoreNames].map((name) => db.getAll(name)));
    });
    const place = await this.now.notes.connection.use((db) => db.get('meta', 'standing'));
    return { things, kept: JSON.stringify(kept), counts: this.now.counts(), place };
  }
}

const RealDate = Date;
const realFetch = globalThis.fetch;

/** This phone's clock is so far ahead of the machine's. */
function setClock(ahead_ms: number): null {
  globalThis.Date = class extends RealDate {
    constructor(...given: [] | [number | string]) {
      super(...((given.length === 0 ? [RealDate.now() + ahead_ms] : given) as [number]));
    }

    static override now(): number {
      return RealDate.now() + ahead_ms;
    }
  } as DateConstructor;
  return null;
}

/** What was asked since `traffic` was last told: how long the answer took, and bytes of the bodies as they travelled. */
const traffic: { method: string; ms: number; up: number; down: number }[] = [];

/** Outside a browser an address needs its origin, and a script its token. */
function speakTo(origin: string, token: string): void {
  globalThis.fetch = async (address, init) => {
    const headers = { ...(init?.headers as Record<string, string>), Authorization: `Bearer ${token}` };
    const began = performance.now();
    const answer = await realFetch(origin + String(address), { ...init, headers });
    const ms = performance.now() - began;
    traffic.push({ method: init?.method ?? 'GET', ms, up: sizeOf(init?.body), down: Number(answer.headers.get('Content-Length')) });
    return answer;
  };
}

function sizeOf(body: unknown): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  if (body instanceof Blob) return body.size;
  return body instanceof ArrayBuffer || body instanceof Uint8Array ? body.byteLength : 0;
}

const program = new PhoneProgram();
for await (const line of createInterface({ input: process.stdin })) {
  const said: unknown = await program.obey(JSON.parse(line) as Order).then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error: String(error) }),
  );
  process.stdout.write(JSON.stringify(said) + '\n');
}
process.exit(0);
