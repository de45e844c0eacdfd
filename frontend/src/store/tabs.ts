import type { SubjectType } from './subjects';

export type Touched = [SubjectType, string];

/** Tells the other tabs of this notebook what a completed transaction has touched. */
export class Tabs {
  private readonly channel: BroadcastChannel | undefined;

  constructor(name: string, heard: (touched: Touched[]) => void) {
    if (typeof BroadcastChannel === 'undefined') return;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = (event: MessageEvent<Touched[]>) => heard(event.data);
  }

  tell(touched: Touched[]): void {
    this.channel?.postMessage(touched);
  }

  close(): void {
    this.channel?.close();
  }
}
