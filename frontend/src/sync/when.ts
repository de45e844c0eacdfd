/** When to sync: soon after a save, on coming into view or online, now and then in the foreground; later after failures. */

const AFTER_SAVE_MS = 2_000;
const HINT_SPREAD_MS = 1_000;
const EVERY_MS = 60_000;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;

export interface Occasions {
  /** Runs once; rejects or resolves to a wish to be left alone for so many ms, 0 for none. */
  run(): Promise<'done' | { failed: true; retry_after_ms?: number }>;
  /** While an encounter runs the timer is silent: saves are what counts then. */
  isObserving(): boolean;
  /** The page is going away. */
  leave(): void;
}

/** Doubles from two seconds to five minutes; a random half keeps a team's phones from coming back all at once. */
export function waitAfter(failures: number, random: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 20));
  return Math.round(longest / 2 + (longest / 2) * random);
}

export class SyncTimes {
  private soon: ReturnType<typeof setTimeout> | undefined;
  private soonAt = Infinity;
  private every: ReturnType<typeof setInterval> | undefined;
  private failures = 0;
  private notBefore = 0;
  private running: Promise<void> | undefined;
  private isAgainWanted = false;
  private isStopped = false;
  /** A hint came where it was not to be followed. */
  private isBehind = false;

  constructor(private readonly occasions: Occasions) {}

  start(): void {
    document.addEventListener('visibilitychange', this.onVisibility);
    window.addEventListener('online', this.onOnline);
    window.addEventListener('pagehide', this.onLeave);
    window.addEventListener('hashchange', this.onPlace);
    this.every = setInterval(() => this.onTimer(), EVERY_MS);
    this.within(0);
  }

  stop(): void {
    this.isStopped = true;
    document.removeEventListener('visibilitychange', this.onVisibility);
    window.removeEventListener('online', this.onOnline);
    window.removeEventListener('pagehide', this.onLeave);
    window.removeEventListener('hashchange', this.onPlace);
    clearInterval(this.every);
    this.cancelSoon();
  }

  saved(): void {
    this.within(AFTER_SAVE_MS);
  }

  /** Something is left to do after a sync. */
  again(ms: number): void {
    this.within(ms);
  }

  /** Somebody else wrote. Not all phones of a team at the same moment, and not before a wait after a failure is over. */
  hinted(): void {
    this.isBehind = this.occasions.isObserving();
    if (!this.isBehind) this.within(Math.random() * HINT_SPREAD_MS);
  }

  /** At once, whatever has failed before, and whatever is under way and may fail yet. */
  async now(): Promise<void> {
    if (this.running) await this.running;
    this.notBefore = 0;
    await this.run();
  }

  /** Somebody looks at the phone: what failed in a pocket is tried again at once. */
  private readonly onVisibility = () => {
    if (document.visibilityState === 'visible') this.onOnline();
    else this.occasions.leave();
  };

  private readonly onOnline = () => {
    this.notBefore = 0;
    this.within(0);
  };

  /** Another screen, and with it perhaps the end of the quiet in which a hint came. */
  private readonly onPlace = () => {
    if (this.isBehind) this.hinted();
  };

  private readonly onLeave = () => this.occasions.leave();

  private onTimer(): void {
    if (document.visibilityState === 'visible' && !this.occasions.isObserving()) this.within(0);
  }

  /** Run within so many ms; an earlier appointment stands, and a wait after a failure is kept. */
  private within(ms: number): void {
    if (this.isStopped) return;
    const at = Math.max(Date.now() + ms, this.notBefore);
    if (this.soon !== undefined && this.soonAt <= at) return;
    this.cancelSoon();
    this.soonAt = at;
    this.soon = setTimeout(() => {
      this.cancelSoon();
      void this.run();
    }, at - Date.now());
  }

  private cancelSoon(): void {
    clearTimeout(this.soon);
    this.soon = undefined;
    this.soonAt = Infinity;
  }

  private async run(): Promise<void> {
    if (this.running) {
      this.isAgainWanted = true;
      return this.running;
    }
    this.running = this.runOnce();
    await this.running;
    this.running = undefined;
    if (this.isAgainWanted) {
      this.isAgainWanted = false;
      this.within(0);
    }
  }

  private async runOnce(): Promise<void> {
    const outcome = await this.occasions.run();
    if (outcome === 'done') {
      this.failures = 0;
      this.notBefore = 0;
      return;
    }
    this.failures += 1;
    const wait = Math.max(outcome.retry_after_ms ?? 0, waitAfter(this.failures, Math.random()));
    this.notBefore = Date.now() + wait;
    this.within(wait);
  }
}
