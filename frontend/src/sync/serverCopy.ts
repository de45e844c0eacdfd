import type { Change, FedChange } from '../store/changes';
import { stampNow, toUnixMs } from '../store/clock';
import type { DaySum } from '../store/phoneCopy';
import { ask } from './api';
import { PROTOCOL, type Acknowledgement, type FeedPage, type ServerCopy } from './protocol';

const PAGE = 500;
const PATH = '/api/v1/studies/{study_id}/changes';

/** How far the device's clock is off, told by the exchange that took the shortest time. Positive = fast. */
export class ClockOffset {
  offset_ms: number | undefined;
  private shortest_ms = Infinity;

  /** The four times of one exchange, in ms: asked and answered by this device, received and answered by the server. */
  hear(asked: number, received: number, replied: number, answered: number): void {
    const underway_ms = answered - asked - (replied - received);
    if (!(underway_ms <= this.shortest_ms)) return;
    this.shortest_ms = underway_ms;
    this.offset_ms = Math.round((asked - received + (answered - replied)) / 2);
  }
}

/** The server's side of sync for one study, over HTTP. */
export class HttpServerCopy implements ServerCopy {
  readonly clock = new ClockOffset();

  constructor(
    private readonly study_id: string,
    private readonly device_id: string,
  ) {}

  push(changes: readonly Change[]): Promise<Acknowledgement> {
    return this.send(changes, false);
  }

  /** What this device says of itself, beside its changes. */
  async tellOfItself(says: { has_lock: boolean; n_waiting: number }): Promise<void> {
    const body = { device_id: this.device_id, ...says };
    await ask('post', '/api/v1/studies/{study_id}/devices', { path: { study_id: this.study_id }, body });
  }

  /** Send a last batch while the page goes away. Whether it arrived is found out at the next contact. */
  async pushLast(changes: readonly Change[]): Promise<void> {
    await this.send(changes, true).catch(() => undefined);
  }

  async pull(after: number, epoch: string | undefined): Promise<FeedPage> {
    const asked = Date.now();
    const query = { after, limit: PAGE, ...(epoch && { epoch }) };
    const page = await ask('get', PATH, { path: { study_id: this.study_id }, query });
    const told = toUnixMs(page.server_time);
    this.clock.hear(asked, told, told, Date.now());
    return { ...page, changes: page.changes as unknown as FedChange[] };
  }

  async days(): Promise<{ epoch: string; days: DaySum[] }> {
    return ask('get', `${PATH}/days`, { path: { study_id: this.study_id } });
  }

  async pullDay(day: string): Promise<{ epoch: string; changes: FedChange[] }> {
    const found: FedChange[] = [];
    for (let after = 0; ; ) {
      const query = { after, limit: PAGE, day };
      const page = await ask('get', PATH, { path: { study_id: this.study_id }, query });
      found.push(...(page.changes as unknown as FedChange[]));
      if (!page.has_more) return { epoch: page.epoch, changes: found };
      after = page.cursor;
    }
  }

  private async send(changes: readonly Change[], isLast: boolean): Promise<Acknowledgement> {
    const told = { protocol: PROTOCOL, device_id: this.device_id, device_time: stampNow() };
    const body = { ...told, changes: [...changes] };
    const asked = Date.now();
    const answer = await ask('post', PATH, { path: { study_id: this.study_id }, body, isLast });
    this.clock.hear(asked, toUnixMs(answer.server_received_at), toUnixMs(answer.server_time), Date.now());
    return answer;
  }
}
