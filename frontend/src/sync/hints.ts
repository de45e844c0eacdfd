import { listen } from './call';

/**
 * Hears from the server that the feed has grown, while somebody looks at the app and there is a network. No more than
 * a hint to pull: without it the timer finds out. Whatever goes wrong closes it, and `attend` opens it again, which is
 * called after every sync that succeeded; so it waits after failures as long as sync does.
 */
export class Hints {
  private leave: (() => void) | undefined;
  private isStopped = false;

  constructor(
    private readonly study_id: string,
    private readonly heard: (cursor: number) => void,
  ) {}

  start(): void {
    document.addEventListener('visibilitychange', this.onChange);
    window.addEventListener('offline', this.close);
  }

  stop(): void {
    this.isStopped = true;
    document.removeEventListener('visibilitychange', this.onChange);
    window.removeEventListener('offline', this.close);
    this.close();
  }

  /** Listen, unless that is so already, or nobody looks. */
  attend(): void {
    if (this.leave || this.isStopped || document.visibilityState !== 'visible') return;
    if (typeof EventSource === 'undefined') return;
    const heard = (told: unknown) => {
      const cursor = (told as { cursor?: unknown } | null | undefined)?.cursor;
      if (typeof cursor === 'number') this.heard(cursor);
    };
    const leave = listen(`/studies/${this.study_id}/events`, heard, () => {
      if (this.leave === leave) this.leave = undefined;
    });
    this.leave = leave;
  }

  private readonly onChange = () => {
    if (document.visibilityState !== 'visible') this.close();
  };

  private readonly close = () => {
    this.leave?.();
    this.leave = undefined;
  };
}
