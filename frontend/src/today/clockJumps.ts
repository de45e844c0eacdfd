/** Where the clock of a device was wrong while it wrote: told by the server, or by the device's own steady count. Pure. */
import type { StoredChange } from '../store/changes';
import { toUnixMs } from '../store/clock';

/** Less than this is how clocks are. */
const NOTICED_MS = 60_000;

export interface ClockJump {
  /** How far times have to move to be right (positive = later). */
  readonly by_ms: number;
  /** 'server': measured against the server's clock; 'back': the clock went back while the app was running. */
  readonly told_by: 'server' | 'back';
}

/**
 * The largest error in the changes that give an encounter and its entries their times. A clock that went forward while
 * the app ran cannot be told from a phone that slept; one that went back can.
 */
export function findJump(timed: readonly StoredChange[]): ClockJump | undefined {
  const found = [...correctedBy(timed), ...wentBack(timed)];
  return found.sort((a, b) => Math.abs(b.by_ms) - Math.abs(a.by_ms))[0];
}

function correctedBy(timed: readonly StoredChange[]): ClockJump[] {
  return timed.flatMap(({ made_at, corrected_at }): ClockJump[] => {
    const by_ms = corrected_at ? toUnixMs(corrected_at) - toUnixMs(made_at) : 0;
    return Math.abs(by_ms) >= NOTICED_MS ? [{ by_ms, told_by: 'server' }] : [];
  });
}

function wentBack(timed: readonly StoredChange[]): ClockJump[] {
  const inTurn = [...timed].sort((a, b) => a.device_seq - b.device_seq);
  return inTurn.flatMap((change, index): ClockJump[] => {
    const before = inTurn.slice(0, index).findLast((one) => one.session_id === change.session_id && one.device_id === change.device_id);
    if (!before) return [];
    const by_clock = toUnixMs(change.made_at) - toUnixMs(before.made_at);
    const lost = change.monotonic_ms - before.monotonic_ms - by_clock;
    return lost >= NOTICED_MS ? [{ by_ms: lost, told_by: 'back' }] : [];
  });
}
