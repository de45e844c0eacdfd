/** Where the clock of a device was wrong while it wrote: told by the server, or by the device's own steady count. Pure. */
import type { StoredChange } from '../store/changes';
import { toUnixMs } from '../store/clock';

/** Less than this is how clocks are; and a time further from when it was written down was chosen by a person. */
const NOTICED_MS = 120_000;

export interface ClockJump {
  /** How far times have to move to be right (positive = later). */
  readonly by_ms: number;
  /** 'server': measured against the server's clock; 'back': the clock went back while the app was running. */
  readonly told_by: 'server' | 'back';
  /** The first change after the clock went back. */
  readonly first?: StoredChange;
}

/** The start of one thing: the change that began it, and the one whose time stands there now (often the same). */
export interface Start {
  readonly began: StoredChange;
  readonly standing: StoredChange;
}

/**
 * What is wrong with the times that the starts of an encounter and its entries have now. A clock that went forward while
 * the app ran cannot be told from a phone that slept; one that went back can. Twin: backend/skygge/core/clock_readings.py.
 */
export function findJump(starts: readonly Start[]): ClockJump | undefined {
  const largest = (found: ClockJump[]): ClockJump | undefined => found.sort((a, b) => Math.abs(b.by_ms) - Math.abs(a.by_ms))[0];
  return largest(wentBack(starts)) ?? largest(correctedBy(starts));
}

function correctedBy(starts: readonly Start[]): ClockJump[] {
  return starts.flatMap(({ standing }): ClockJump[] => {
    const by_ms = -aheadBy(standing);
    return Math.abs(by_ms) >= NOTICED_MS ? [{ by_ms, told_by: 'server' }] : [];
  });
}

function wentBack(starts: readonly Start[]): ClockJump[] {
  const told = starts.flatMap((start) => baseOf(start) ?? []).sort((a, b) => a.first.device_seq - b.first.device_seq);
  return told.flatMap(({ first, base_ms }, index): ClockJump[] => {
    const before = told.slice(0, index).findLast((one) => one.first.session_id === first.session_id && one.first.device_id === first.device_id);
    const by_ms = before ? before.base_ms - base_ms : 0;
    return by_ms > NOTICED_MS ? [{ by_ms, told_by: 'back', first }] : [];
  });
}

/** The clock less the count, as the start stands now; nothing where a person chose the time. */
function baseOf({ began, standing }: Start): { first: StoredChange; base_ms: number } | undefined {
  const [made_ms, began_ms, now_ms] = [began.made_at, began.payload.started_at, standing.payload.started_at].map((at) => toUnixMs(String(at))) as [number, number, number];
  const moved_ms = now_ms - began_ms;
  if (Math.abs(began_ms - made_ms) > NOTICED_MS || (moved_ms !== 0 && !standing.group_id)) return undefined;
  return { first: began, base_ms: made_ms + moved_ms - aheadBy(standing) - began.monotonic_ms };
}

function aheadBy({ made_at, corrected_at }: StoredChange): number {
  return corrected_at ? toUnixMs(made_at) - toUnixMs(corrected_at) : 0;
}

/** Whether a time was told by the clock that had gone back: by that device, from then on, at the moment itself. */
export function isToldSince(told: StoredChange | undefined, time: unknown, first: StoredChange): boolean {
  if (told?.device_id !== first.device_id || told.device_seq < first.device_seq) return false;
  return Math.abs(toUnixMs(String(time)) - toUnixMs(told.made_at)) <= NOTICED_MS;
}

/** The first change that told this very time: taking a shift back writes the old one anew, and it is as wrong as it was. */
export function findTeller(history: readonly StoredChange[], field: string, time: unknown): StoredChange | undefined {
  return history.filter(({ payload }) => payload[field] === time).sort(byId)[0];
}

export function byId(a: StoredChange, b: StoredChange): number {
  return a.change_id < b.change_id ? -1 : 1;
}
