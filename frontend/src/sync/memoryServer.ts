import type { Change, FedChange } from '../store/changes';
import { checkValue, replaceShare, spellChecksum } from '../store/checksum';
import type { DaySum } from '../store/phoneCopy';
import { OFFLINE, Problem } from './problem';
import type { Acknowledgement, FeedPage, ServerCopy, Verdict } from './protocol';

/** A server in memory, for tests only: the protocol's rules in few lines, and a network that can be told to fail. */
export class MemoryServer implements ServerCopy {
  epoch = '0192a000-0000-7000-8000-00000000aaaa';
  feed: FedChange[] = [];
  pageSize = 3;
  refused = new Map<string, string>();
  unreadable = new Set<string>();
  erased = new Set<string>();
  maxBatch = 500;
  pushes = 0;
  /** Asked before and after each request: throw to lose the question or the answer. */
  beforeRequest: () => void = () => undefined;
  afterRequest: () => void = () => undefined;

  async push(changes: readonly Change[]): Promise<Acknowledgement> {
    this.beforeRequest();
    this.pushes += 1;
    if (changes.length > this.maxBatch) throw new Problem(413, 'body.too_large');
    if (changes.some(({ change_id }) => this.unreadable.has(change_id))) throw new Problem(400, 'body.not_json');
    const verdicts = structuredClone(changes).map((change) => this.judge(change));
    const answer = { epoch: this.epoch, verdicts, server_received_at: NOW, server_time: NOW };
    this.afterRequest();
    return Promise.resolve(answer);
  }

  async pull(after: number): Promise<FeedPage> {
    this.beforeRequest();
    const rest = this.feed.filter(({ seq }) => seq > after);
    const changes = structuredClone(rest.slice(0, this.pageSize));
    const cursor = changes.at(-1)?.seq ?? after;
    const has_more = rest.length > changes.length;
    const checksum = has_more ? null : (await this.days()).days[0]!.checksum;
    const page = { epoch: this.epoch, changes, cursor, has_more, checksum, server_time: NOW };
    this.afterRequest();
    return Promise.resolve(page);
  }

  days(): Promise<{ epoch: string; days: DaySum[] }> {
    const sum = this.feed.reduce((sum, { change_id, payload }) => replaceShare(sum, 0, checkValue(change_id, payload)), 0);
    return Promise.resolve({ epoch: this.epoch, days: [{ day: NOW.slice(0, 10), checksum: spellChecksum(sum) }] });
  }

  pullDay(): Promise<{ epoch: string; changes: FedChange[] }> {
    return Promise.resolve({ epoch: this.epoch, changes: structuredClone(this.feed) });
  }

  /** Go back to an earlier state, as after a restore from a backup. */
  restore(length: number, epoch: string): void {
    this.feed = this.feed.slice(0, length);
    this.epoch = epoch;
  }

  ids(): string[] {
    return this.feed.map(({ change_id }) => change_id);
  }

  private judge(change: Change): Verdict {
    const { change_id } = change;
    const code = this.refused.get(change_id);
    if (code) return { change_id, verdict: 'quarantined', code };
    if (this.erased.has(change.subject_id)) return { change_id, verdict: 'erased', stub: {} };
    const known = this.feed.find((other) => other.change_id === change_id);
    if (known) return { change_id, verdict: 'known', seq: known.seq };
    const seq = this.feed.length + 1;
    this.feed.push({ ...change, seq, author: 'observer-1', received_at: NOW, corrected_at: null });
    return { change_id, verdict: 'stored', seq };
  }
}

const NOW = '2026-03-02T10:00:00.000+00:00';

export function fail(): never {
  throw new Problem(0, OFFLINE);
}
