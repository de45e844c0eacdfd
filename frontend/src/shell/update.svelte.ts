const FILLED_WITHIN_MS = 60_000;
const REGISTER_ATTEMPTS = 10;
const REGISTER_AGAIN_MS = 1000;

/** The app's own files on this phone, and a newer app when there is one. */
export class Update {
  /** All files are here: the app opens without a network. */
  isReadyOffline = $state(false);
  /** A newer app waits until somebody takes it. It never takes over by itself. */
  isReady = $state(false);
  private waiting: ServiceWorker | undefined;
  private isTaken = false;

  async register(): Promise<void> {
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
    const workers = navigator.serviceWorker;
    workers.addEventListener('controllerchange', () => {
      if (this.isTaken) location.reload();
    });
    const registration = await registerWorker();
    this.notice(registration);
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', () => this.notice(registration));
    });
    const look = () => {
      if (document.visibilityState === 'visible') void registration.update().catch(() => undefined);
    };
    // An app that is never closed would never look for a newer one.
    document.addEventListener('visibilitychange', look);
    look();
    await this.makeReadyOffline();
  }

  /** The browser has thrown the worker away: without it the app would not open offline. */
  async renew(): Promise<void> {
    if (!('serviceWorker' in navigator)) return;
    await registerWorker();
    await this.makeReadyOffline();
  }

  private async makeReadyOffline(): Promise<void> {
    const { active } = await navigator.serviceWorker.ready;
    if (active && !(await isShellKept())) await askToFill(active);
    this.isReadyOffline = await isShellKept();
  }

  take(): void {
    this.isTaken = true;
    this.waiting?.postMessage('activate');
  }

  private notice(registration: ServiceWorkerRegistration): void {
    this.waiting = registration.waiting ?? undefined;
    // The very first worker also waits for a moment; there is nothing to update from then.
    this.isReady = this.waiting !== undefined && navigator.serviceWorker.controller !== null;
  }
}

/** Looked up, not believed: the start page lies in the cache of a worker that has filled it, all or nothing. */
async function isShellKept(): Promise<boolean> {
  const found = await caches.match('/index.html', { ignoreVary: true }).catch(() => undefined);
  return found !== undefined;
}

/** Done, or given up for now: without a network nothing can be filled, and the next start asks again. */
function askToFill(active: ServiceWorker): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => resolve();
    setTimeout(resolve, FILLED_WITHIN_MS);
    active.postMessage('fill', [port2]);
  });
}

/** While the browser still throws an old worker away it may give back a registration with none in it: asked again. */
async function registerWorker(attempts = REGISTER_ATTEMPTS): Promise<ServiceWorkerRegistration> {
  const asked = navigator.serviceWorker.register(workerAddress() as string, { updateViaCache: 'none' });
  if (attempts <= 1) return asked;
  const found = await asked.catch(() => undefined);
  if (found && (found.installing ?? found.waiting ?? found.active)) return found;
  await new Promise((resolve) => setTimeout(resolve, REGISTER_AGAIN_MS));
  return registerWorker(attempts - 1);
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
