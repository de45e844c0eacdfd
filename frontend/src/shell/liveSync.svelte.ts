import { runningEncounter } from '../fieldwork/start';
import { StoredPhoneCopy } from '../store/phoneCopy';
import type { OpenNotebook } from '../store/openNotebook';
import { syncOnce } from '../sync/engine';
import { Hints } from '../sync/hints';
import { OFFLINE, Problem } from '../sync/problem';
import { MAX_BYTES, MAX_CHANGES } from '../sync/protocol';
import { HttpServerCopy } from '../sync/serverCopy';
import { SyncTimes } from '../sync/when';
import type { SyncState, SyncStatus } from './app';
import { Cleaning, TAB, type FilesKeeper } from './cleaning';

const CAPTURE = '#/capture';
const REVOKED = 'device_revoked';
/** Changes of one request past a database that does not answer; there are rarely more. */
const FROM_MEMORY = 50;
/** How long to wait for another tab that is at it. */
const LOCK_PATIENCE_MS = 30_000;
/** What this device says of itself is said again after so long: for the day it is lost. */
const TELL_EVERY_MS = 15 * 60_000;
/** Coming back to a disk that is to be cleared: after one second, two, four … */
const AGAIN_MS = 1_000;
const PUT_OFF_AT_MOST = 6;

/** The sync of the open notebook, and what the screens may know of it. */
export class LiveSync implements SyncStatus {
  state: SyncState = $state('idle');
  last_contact_at: string | undefined = $state();
  clock_offset_ms: number | undefined = $state();
  failed_request: string | undefined = $state();
  private readonly phone: StoredPhoneCopy;
  private readonly server: HttpServerCopy;
  private readonly times: SyncTimes;
  private readonly hints: Hints;
  private readonly cleaning: Cleaning;
  private letTabGo: (() => void) | undefined;
  private n_put_off = 0;
  private told = '';
  private told_ms = 0;

  constructor(
    private readonly notebook: OpenNotebook,
    device_id: string,
    private readonly hasLock: () => boolean,
    files: FilesKeeper,
  ) {
    this.cleaning = new Cleaning(notebook, device_id, files);
    const limits = { changes: MAX_CHANGES, bytes: MAX_BYTES };
    this.phone = new StoredPhoneCopy(notebook.notes, device_id, limits);
    this.server = new HttpServerCopy(notebook.study_id, device_id);
    this.times = new SyncTimes({
      run: () => this.run(),
      // An encounter may run on another device of the same person; this one is quiet only where somebody writes.
      isObserving: () => location.hash.startsWith(CAPTURE) && runningEncounter(notebook) !== undefined,
      leave: () => void this.leave(),
    });
    this.hints = new Hints(notebook.study_id, (cursor) => {
      // What this phone sent itself is no news to it.
      if (cursor > notebook.notes.standing.cursor) this.times.hinted();
    });
    this.last_contact_at = notebook.notes.standing.last_contact_at;
    this.clock_offset_ms = notebook.notes.standing.clock_offset_ms;
  }

  start(): void {
    // A disk that is full now may have room at the next start; sync says that it is.
    void this.phone.learn().catch(() => undefined);
    this.times.start();
    this.hints.start();
    addEventListener('hashchange', this.arrived);
    void navigator.locks?.request(TAB, { mode: 'shared' }, () => new Promise<void>((resolve) => (this.letTabGo = resolve)));
  }

  stop(): void {
    this.times.stop();
    this.hints.stop();
    removeEventListener('hashchange', this.arrived);
    this.letTabGo?.();
  }

  /** Somebody has come to where the disk may be cleared, from setting a lock for one: not only at the minute's turn. */
  private readonly arrived = (): void => {
    if (this.cleaning.isDue) this.times.again(AGAIN_MS);
  };

  /** Something was saved. */
  saved(): void {
    this.times.saved();
  }

  async sendNow(): Promise<void> {
    if (this.notebook.isStuck) await this.sendFromMemory();
    else await this.times.now();
  }

  /**
   * Past a database that does not answer: the server has the changes then, and knows them again when they are sent
   * once more by the next sync. Nothing is noted on the phone, for that needs the database.
   */
  private async sendFromMemory(): Promise<void> {
    this.state = 'sending';
    try {
      const unsent = await this.notebook.unsent();
      for (let from = 0; from < unsent.length; from += FROM_MEMORY) {
        await this.server.push(unsent.slice(from, from + FROM_MEMORY));
      }
      this.last_contact_at = new Date().toISOString();
      this.state = 'idle';
    } catch (error) {
      this.noteFailure(error);
    }
  }

  private async run(): Promise<'done' | { failed: true; retry_after_ms?: number }> {
    this.state = 'sending';
    try {
      await this.alone(() => syncOnce(this.phone, this.server));
      this.state = 'idle';
      await this.noteContact();
      this.hints.attend();
      await this.tellOfItself().catch(() => undefined);
      this.comeBack(await this.cleaning.run().catch(() => false));
      return 'done';
    } catch (error) {
      this.noteFailure(error);
      const wait_s = error instanceof Problem ? error.retry_after_s : undefined;
      return { failed: true, ...(wait_s && { retry_after_ms: wait_s * 1000 }) };
    }
  }

  private noteFailure(error: unknown): void {
    this.state = nameState(error);
    this.failed_request = error instanceof Problem ? error.request_id : undefined;
  }

  /** A few times, later and later: what should last a moment may last for good. */
  private comeBack(isWanted: boolean): void {
    this.n_put_off = isWanted ? this.n_put_off + 1 : 0;
    if (isWanted && this.n_put_off <= PUT_OFF_AT_MOST) this.times.again(AGAIN_MS * 2 ** (this.n_put_off - 1));
  }

  /** Whether a lock is set here and what waits, for whoever has to judge what was on a lost device. */
  private async tellOfItself(): Promise<void> {
    const { unsent, parked } = this.notebook.counts();
    const says = { has_lock: this.hasLock(), n_waiting: unsent + parked };
    const text = JSON.stringify(says);
    if (text === this.told && Date.now() - this.told_ms < TELL_EVERY_MS) return;
    // Noted before it is answered: who may not tell is not to ask at every sync.
    this.told = text;
    this.told_ms = Date.now();
    await this.server.tellOfItself(says);
  }

  /** One syncer per notebook, however many tabs are open. */
  private async alone(work: () => Promise<void>): Promise<void> {
    if (!navigator.locks) return work();
    const patience = { signal: AbortSignal.timeout(LOCK_PATIENCE_MS) };
    await navigator.locks.request(`${this.notebook.notes.connection.name}-sync`, patience, work);
  }

  private async noteContact(): Promise<void> {
    this.last_contact_at = new Date().toISOString();
    this.clock_offset_ms = this.server.clock.offset_ms;
    await this.phone.noteContact(this.last_contact_at, this.clock_offset_ms);
  }

  private async leave(): Promise<void> {
    if (this.notebook.counts().unsent === 0 || this.state === 'sign-in') return;
    const batch = await this.phone.nextBatch().catch(() => []);
    if (batch.length > 0) await this.server.pushLast(batch);
  }
}

function nameState(error: unknown): SyncState {
  if (!(error instanceof Problem)) return 'error';
  if (error.code === REVOKED) return 'revoked';
  if (error.status === 401) return 'sign-in';
  return error.code === OFFLINE ? 'offline' : 'error';
}
