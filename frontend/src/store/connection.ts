import { openNotes, type NotesDb } from './database';

/** One connection to a notebook's database, opened again when the browser has dropped it. */
export class Connection {
  private opening: Promise<NotesDb> | undefined;
  private isOver = false;
  /** Until then nobody is let in. */
  private shut: Promise<void> | undefined;

  constructor(
    readonly name: string,
    private readonly onSuperseded: () => void,
  ) {}

  /** The open database. Rejects once it was closed for good, or a newer app in another tab has taken over. */
  async db(): Promise<NotesDb> {
    while (this.shut) await this.shut;
    if (this.isOver) throw new DOMException('The notebook is closed', 'InvalidStateError');
    this.opening ??= openNotes(this.name, {
      onSuperseded: () => {
        this.isOver = true;
        this.onSuperseded();
      },
      onLost: () => (this.opening = undefined),
    }).catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  /** Do something with the database; when the connection turns out to be dead, once more with a new one. */
  async use<T>(work: (db: NotesDb) => Promise<T>): Promise<T> {
    try {
      return await work(await this.db());
    } catch (error) {
      if (!isConnectionDead(error) || this.isOver) throw error;
      this.opening = undefined;
      return work(await this.db());
    }
  }

  /**
   * Do something while nobody has the database open. Whoever wants it meanwhile waits: a screen that opened it in the
   * middle of a clearing would be thrown out again by the browser.
   */
  async without<T>(work: () => Promise<T>): Promise<T> {
    let letIn: () => void = () => undefined;
    this.shut = new Promise((resolve) => (letIn = resolve));
    try {
      await this.letGo();
      return await work();
    } finally {
      this.shut = undefined;
      letIn();
    }
  }

  private async letGo(): Promise<void> {
    const db = await this.opening?.catch(() => undefined);
    this.opening = undefined;
    db?.close();
  }

  async close(): Promise<void> {
    this.isOver = true;
    await this.letGo();
  }
}

// Only an error on opening the transaction is tried again: nothing of it has happened yet.
function isConnectionDead(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'InvalidStateError';
}
