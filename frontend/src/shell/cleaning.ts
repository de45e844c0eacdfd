import { runningEncounter } from '../fieldwork/start';
import { DISK, holding } from '../store/diskLock';
import type { OpenNotebook } from '../store/openNotebook';
import { clearDisk } from '../sync/clearDisk';

export const TAB = 'skygge-tab';
/** Where a person stands between two things: starting anew takes nothing from them. */
const IDLE = /^#?\/?(sync)?$/;

/** What keeps the app's own files on this phone. */
export interface FilesKeeper {
  /** Nothing is being fetched or put in place just now. */
  readonly isSettled: boolean;
  renew(): Promise<void>;
}

/**
 * After an erasure the old bytes go from the disk too: between encounters, with everything on the server, in the only
 * tab. The app then starts anew, because the browser has taken its worker and every open connection with them. Whoever
 * has begun something meanwhile is left in peace: what was touched reaches the disk, the worker comes back by itself,
 * and the app starts anew at the next quiet moment.
 */
export class Cleaning {
  private isBehind = false;

  constructor(
    private readonly notebook: OpenNotebook,
    private readonly device_id: string,
    private readonly files: FilesKeeper,
  ) {}

  /** What is to go from the disk could go now. */
  get isDue(): boolean {
    return this.notebook.isUnclean && this.isIdle();
  }

  /** After each sync. True where something that lasts a moment stands in the way: then it is worth coming back soon. */
  async run(): Promise<boolean> {
    if (this.isBehind) {
      if (this.isIdle()) await this.beginAnew();
      return false;
    }
    const { notes } = this.notebook;
    if (!this.isDue) return false;
    // Chromium never gets done with clearing while a worker is being put in place, and refuses every write from then on.
    if (!this.files.isSettled || !notes.isComplete) return true;
    if (!(await isOnlyTab())) return false;
    // Asked once more when the saves before it are through: a finger is faster than a disk.
    const clear = () => (this.isIdle() ? clearDisk(this.notebook.study_id, this.device_id, notes.standing.cursor) : Promise.resolve(false));
    if (!(await this.notebook.pause(clear))) return false;
    this.isBehind = true;
    await this.beginAnew();
    return false;
  }

  private async beginAnew(): Promise<void> {
    // What was saved during the clearing, in the notes and beside them, has waited for it and is written now.
    await this.notebook.settled();
    await holding(DISK, 'exclusive', () => Promise.resolve());
    if (this.isIdle()) location.reload();
    // It may take until there is a network; nothing waits for it.
    else void this.files.renew();
  }

  private isIdle(): boolean {
    return (document.hidden || IDLE.test(location.hash)) && runningEncounter(this.notebook) === undefined;
  }
}

/** Every tab holds the lock that `start` asks for; another one would go on with a database that is gone. */
async function isOnlyTab(): Promise<boolean> {
  const held = (await navigator.locks?.query())?.held ?? [];
  return held.filter(({ name }) => name === TAB).length === 1;
}
