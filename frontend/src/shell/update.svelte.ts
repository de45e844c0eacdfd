import { DISK, holding } from '../store/diskLock';

const FILLED_WITHIN_MS = 60_000;
const ANSWERED_WITHIN_MS = 20_000;
const ASKED_AGAIN_MS = 1000;
const AT_MOST_MS = 60_000;
/** Pauses after which it is looked up whether a worker that works is still there. */
const SEEN_AGAIN_MS = [3_000, 7_000, 20_000, 30_000];

/** The app's own files on this phone, and a newer app when there is one. */
export class Update {
  /** All files are here: the app opens without a network. */
  isReadyOffline = $state(false);
  /** A newer app waits until somebody takes it. It never takes over by itself. */
  isReady = $state(false);
  private waiting: ServiceWorker | undefined;
  private watched: ServiceWorkerRegistration | undefined;
  private installing: Promise<void> | undefined;
  private isTaken = false;
  private looking = 0;
  private isSeeing = false;

  async register(): Promise<void> {
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (this.isTaken) location.reload();
    });
    // An app that is never closed would never look for a newer one.
    document.addEventListener('visibilitychange', () => this.look());
    await this.renew();
  }

  /** All files are here, and none is on its way. */
  get isSettled(): boolean {
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return true;
    return this.isReadyOffline && !this.installing && this.looking === 0 && !this.watched?.installing;
  }

  /** Until the app opens offline; also after the browser has thrown its worker away. */
  async renew(): Promise<void> {
    if (!('serviceWorker' in navigator)) return;
    this.installing ??= this.install().finally(() => (this.installing = undefined));
    await this.installing;
  }

  /**
   * An installation fails as a whole when one file does not arrive, and a browser that is throwing an old worker away
   * may answer late, with nothing, or not at all. Nobody else would ask again before the next start.
   */
  private async install(): Promise<void> {
    for (let pause = ASKED_AGAIN_MS; ; pause = Math.min(2 * pause, AT_MOST_MS)) {
      const registration = await within(ANSWERED_WITHIN_MS, registered());
      if (registration) this.watch(registration);
      const active = registration && (await within(FILLED_WITHIN_MS, activated(registration)));
      if (active && !(await isShellKept())) await within(FILLED_WITHIN_MS, filled(active));
      this.isReadyOffline = active !== undefined && (await isShellKept());
      if (this.isReadyOffline) return void this.seeAgain();
      await within(pause, cameOnline());
    }
  }

  /** A browser that is getting done with throwing an old worker away may take the new one with it, after it has worked. */
  private async seeAgain(): Promise<void> {
    if (this.isSeeing) return;
    this.isSeeing = true;
    for (const pause of SEEN_AGAIN_MS) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      // Not during a clearing: a worker that is put in place then keeps Chromium from ever getting done with it.
      if (!(await holding(DISK, 'shared', isGone))) continue;
      this.isReadyOffline = false;
      this.watched = undefined;
      await this.renew();
    }
    this.isSeeing = false;
  }

  take(): void {
    this.isTaken = true;
    this.waiting?.postMessage('activate');
  }

  private watch(registration: ServiceWorkerRegistration): void {
    if (this.watched === registration) return;
    this.watched = registration;
    this.notice(registration);
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', () => this.notice(registration));
    });
    this.look();
  }

  private look(): void {
    if (document.visibilityState !== 'visible' || !this.watched) return;
    this.looking += 1;
    const look = this.watched.update().catch(() => undefined);
    void look.finally(() => (this.looking -= 1));
  }

  private notice(registration: ServiceWorkerRegistration): void {
    this.waiting = registration.waiting ?? undefined;
    // The very first worker also waits for a moment; there is nothing to update from then.
    this.isReady = this.waiting !== undefined && navigator.serviceWorker.controller !== null;
  }
}

/** What is asked, or nothing when it does not come in time. */
function within<Found>(ms: number, asked: Promise<Found>): Promise<Found | undefined> {
  return Promise.race([asked, new Promise<undefined>((resolve) => setTimeout(resolve, ms))]);
}

async function registered(): Promise<ServiceWorkerRegistration | undefined> {
  return navigator.serviceWorker.register(workerAddress() as string, { updateViaCache: 'none' }).catch(() => undefined);
}

/** The browser says that it has none; no answer says nothing. */
async function isGone(): Promise<boolean> {
  const none = navigator.serviceWorker.getRegistration().then((found) => !found, () => false);
  return (await within(ASKED_AGAIN_MS, none)) ?? false;
}

/** The worker, as soon as it works; nothing when it could not be installed or the browser took it away. */
function activated(registration: ServiceWorkerRegistration): Promise<ServiceWorker | undefined> {
  const { active, installing, waiting } = registration;
  const worker = active ?? waiting ?? installing;
  return new Promise((resolve) => {
    const tell = () => {
      if (!worker || worker.state === 'redundant') resolve(undefined);
      else if (worker.state === 'activated') resolve(worker);
    };
    worker?.addEventListener('statechange', tell);
    tell();
  });
}

function cameOnline(): Promise<unknown> {
  return new Promise((resolve) => addEventListener('online', resolve, { once: true }));
}

/** Looked up, not believed: the start page lies in the cache of a worker that has filled it, all or nothing. */
async function isShellKept(): Promise<boolean> {
  const found = await caches.match('/index.html', { ignoreVary: true }).catch(() => undefined);
  return found !== undefined;
}

function filled(active: ServiceWorker): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = resolve;
    active.postMessage('fill', [port2]);
  });
}

interface Policies {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(asked: string): unknown };
}

/** The page's policy refuses plain text as the address of a script; this policy knows one address only. */
function workerAddress(): unknown {
  const { trustedTypes } = window as unknown as { trustedTypes?: Policies };
  // The policy of the page lets one be made of each name.
  address ??= trustedTypes?.createPolicy('sw', { createScriptURL: () => '/sw.js' }).createScriptURL('') ?? '/sw.js';
  return address;
}

let address: unknown;
