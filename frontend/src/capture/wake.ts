import { whileVisible } from '../ui/whileVisible';

/** How long the screen stays lit without a touch. */
const IDLE_MS = 10 * 60_000;
const LOOK_MS = 30_000;

/** Keep the screen lit while somebody works; let it go dark after ten idle minutes. Gives back how to stop. */
export function keepAwake(lastTouch: () => number): () => void {
  if (!('wakeLock' in navigator)) return () => undefined;
  let lock: WakeLockSentinel | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    const busy = Date.now() - lastTouch() < IDLE_MS && document.visibilityState === 'visible' && !stopped;
    if (busy && (!lock || lock.released)) lock = await navigator.wakeLock.request('screen').catch(() => undefined);
    else if (!busy) await lock?.release().catch(() => undefined);
  }
  const watch = (): void => void look();
  const stop = whileVisible(LOOK_MS, watch);
  return () => {
    stopped = true;
    stop();
    watch();
  };
}
