/** Where the clock of a device was wrong while it wrote: told by the server, or by the device's own steady count. Pure. */
import type { StoredChange } from '../store/changes';
import { toUnixMs } from '../store/clock';

/** Less than this is how clocks are. */
const NOTICED_MS = 60_000;
/** A time that lies further from when it was written down was chosen by a person, whatever the clock said. */
const OF_ITS_MOMENT_MS = 120_000;

export interface ClockJump {
  /** How far times have to move to be right (positive = later). */
  readonly by_ms: number;
  /** 'server': measured against the server's clock; 'back': the clock went back while the app was running. */
  readonly told_by: 'server' | 'back';
  /** The first change after the clock went back. */
  readonly first?: StoredChange;
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
  const inTurn = timed.filter(isOfItsMoment).sort((a, b) => a.device_seq - b.device_seq);
  return inTurn.flatMap((change, index): ClockJump[] => {
    const before = inTurn.slice(0, index).findLast((one) => one.session_id === change.session_id && one.device_id === change.device_id);
    if (!before) return [];
    const by_clock = toUnixMs(change.made_at) - toUnixMs(before.made_at);
    const lost = change.monotonic_ms - before.monotonic_ms - by_clock;
    return lost >= NOTICED_MS ? [{ by_ms: lost, told_by: 'back', first: change }] : [];
  });
}

function isOfItsMoment({ payload, made_at }: StoredChange): boolean {
  return Math.abs(toUnixMs(String(payload.started_at)) - toUnixMs(made_at)) <= OF_ITS_MOMENT_MS;
}

/** Whether a time was told by the clock that had gone back: by that device, from then on. */
export function isToldSince(told: StoredChange | undefined, first: StoredChange): boolean {
  return told !== undefined && told.device_id === first.device_id && told.device_seq >= first.device_seq;
}

/** The first change that told this very time: taking a shift back writes the old one anew, and it is as wrong as it was. */
export function findTeller(history: readonly StoredChange[], field: string, time: unknown): StoredChange | undefined {
  return history.filter(({ payload }) => payload[field] === time).sort((a, b) => (a.change_id < b.change_id ? -1 : 1))[0];
}
