import { Lock } from '../store/lock';
import type { Session } from '../store/session';

/** Away for so long, and the notes lock themselves: an encounter goes on all the same. */
export const AWAY_MS = 10 * 60_000;
const LOOK_EVERY_MS = 30_000;
const CHANNEL = 'skygge-lock';
const SIGNS = ['pointerdown', 'keydown', 'input'] as const;

/** The lock of the account that is signed in, for the screens. */
export class AppLock {
  isOpen = $state(false);
  isSet = $state(false);
  private lock: Lock | undefined;
  private seen_ms = Date.now();
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly others = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(CHANNEL);

  constructor(
    private readonly session: Session,
    readonly account_id: string,
    /** Whoever shows notes reads them again: other keys are in memory now. */
    private readonly reread: () => Promise<void>,
  ) {
    // Keys are in the memory of one tab: another one begins anew with what holds now.
    if (this.others) this.others.onmessage = () => location.reload();
  }

  /** Look for a lock on this phone; it is locked then. Before any note is read. */
  async begin(): Promise<void> {
    this.lock = await Lock.find(this.session, this.account_id);
    this.note();
  }

  /** Set a lock. Gives back the recovery code, once. */
  async set(passphrase: string): Promise<string> {
    const { lock, recovery } = await Lock.set(this.session, this.account_id, passphrase);
    this.lock = lock;
    await this.changed();
    return recovery;
  }

  async open(passphrase: string): Promise<void> {
    await this.there().open(passphrase);
    await this.changed(false);
  }

  async recover(code: string, passphrase: string): Promise<void> {
    await this.there().recover(code, passphrase);
    await this.changed(false);
  }

  /** Lock now. What is being written is saved first, by whoever hears of it. */
  async close(): Promise<void> {
    dispatchEvent(new Event('skygge:locking'));
    await this.there().close();
    await this.changed(false);
  }

  changePassphrase(old: string, passphrase: string): Promise<void> {
    return this.there().changePassphrase(old, passphrase);
  }

  renewRecovery(passphrase: string): Promise<string> {
    return this.there().renewRecovery(passphrase);
  }

  async remove(passphrase: string): Promise<void> {
    await this.there().remove(passphrase);
    this.lock = undefined;
    await this.changed();
  }

  async giveUp(): Promise<void> {
    await this.there().giveUp();
    this.lock = undefined;
    await this.changed();
  }

  /** The notes of this account are closed here. */
  end(): void {
    this.stopWatching();
    this.others?.close();
  }

  private async changed(tells_others = true): Promise<void> {
    this.note();
    await this.reread();
    if (tells_others) this.others?.postMessage('changed');
  }

  private note(): void {
    this.isSet = this.lock !== undefined;
    this.isOpen = this.lock?.isOpen ?? false;
    if (this.isOpen) this.watch();
    else this.stopWatching();
  }

  private there(): Lock {
    if (!this.lock) throw new Error('no lock is set here');
    return this.lock;
  }

  private watch(): void {
    this.stopWatching();
    this.seen_ms = Date.now();
    for (const sign of SIGNS) addEventListener(sign, this.sign, { passive: true });
    document.addEventListener('visibilitychange', this.look);
    this.timer = setInterval(this.look, LOOK_EVERY_MS);
  }

  private stopWatching(): void {
    for (const sign of SIGNS) removeEventListener(sign, this.sign);
    document.removeEventListener('visibilitychange', this.look);
    clearInterval(this.timer);
  }

  private readonly sign = (): void => {
    this.seen_ms = Date.now();
  };

  // A sleeping phone runs no timer: whether too long has passed is asked again when it wakes.
  private readonly look = (): void => {
    if (Date.now() - this.seen_ms >= AWAY_MS) void this.close();
  };
}
