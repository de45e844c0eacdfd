import type { Change, FedChange } from '../store/changes';
import type { DaySum } from '../store/phoneCopy';

/** What goes over the wire, and the two sides that the engine stands between. */

export const PROTOCOL = 1;
export const MAX_CHANGES = 500;
/** Of 256 kB that the server takes, a little is left for the envelope around the changes. */
export const MAX_BYTES = 240_000;

export interface Verdict {
  /** Null when not even the id could be read. */
  change_id: string | null;
  verdict: 'stored' | 'known' | 'quarantined' | 'erased';
  seq?: number | null;
  code?: string | null;
  stub?: Record<string, unknown> | null;
}

export interface Acknowledgement {
  epoch: string;
  verdicts: Verdict[];
  server_received_at: string;
  server_time: string;
}

export interface FeedPage {
  epoch: string;
  changes: FedChange[];
  cursor: number;
  has_more: boolean;
  /** Only on the last page. */
  checksum?: string | null;
  server_time: string;
}

export interface Place {
  /** A UUIDv7 in lower case: a later epoch is a greater text. */
  epoch: string | undefined;
  cursor: number;
}

/** The phone's copy. Everything that it keeps, it keeps in one transaction. */
export interface PhoneCopy {
  place(): Promise<Place>;
  /** The oldest unsent changes, within the limits of one request; at least one if there is any. */
  nextBatch(): Promise<Change[]>;
  /** Take the verdicts of the present epoch; those of any other count as none. Gives back how many were settled. */
  settle(epoch: string, verdicts: readonly Verdict[]): Promise<number>;
  /** Put aside one change that the server cannot read, so that the others go on. */
  park(change_id: string, code: string): Promise<void>;
  /** A newer epoch: back to the start of the feed, and everything this phone has made is offered again. */
  enterEpoch(epoch: string): Promise<void>;
  /** Save a page and the cursor together. False when it does not follow what is here: it counts as none. */
  keepPage(after: number, page: FeedPage): Promise<boolean>;
  /** Whether the copy here sums up to what the server says. */
  agrees(checksum: string | null | undefined): Promise<boolean>;
  differingDays(told: readonly DaySum[]): Promise<string[]>;
  /** Put what the server has of a day in the place of what is here of it. */
  keepDay(epoch: string, day: string, changes: readonly FedChange[]): Promise<void>;
}

/** The server's copy. Both reject with a Problem. */
export interface ServerCopy {
  push(changes: readonly Change[]): Promise<Acknowledgement>;
  pull(after: number, epoch: string | undefined): Promise<FeedPage>;
  /** The checksum of every day of arrival. */
  days(): Promise<{ epoch: string; days: DaySum[] }>;
  /** All changes that arrived on a day, and the epoch in which they did. */
  pullDay(day: string): Promise<{ epoch: string; changes: FedChange[] }>;
}
