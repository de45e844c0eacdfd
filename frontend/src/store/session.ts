import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { DISK, holding } from './diskLock';
import { newId } from './identity';
import type { LockRecord } from './lockKeys';

/** What this phone remembers between starts, apart from notes: who is signed in, which studies, which settings. */

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly is_admin?: boolean;
}

export type Role = 'lead' | 'observer' | 'reader' | 'analyst' | 'auditor';

export interface StudyBrief {
  readonly study_id: string;
  readonly title: string;
  readonly role: Role;
  readonly observer: string;
  readonly member_id?: string;
  readonly is_demo: boolean;
  /** What only a second member needs is shown once there is one. */
  readonly n_members?: number;
  /** Whether the study asks its phones for a lock, and lets them be spoken to. */
  readonly lock_required?: boolean;
  readonly allows_dictation?: boolean;
  /** The day until which the study may keep what it has. */
  readonly retention_until?: string | null;
}

export interface Preferences {
  locale?: 'en' | 'da';
  theme?: 'system' | 'light' | 'dark' | 'discreet';
  is_left_handed?: boolean;
  has_big_targets?: boolean;
}

export interface Remembered {
  /** Present while signed in, and after the session has run out; gone after signing out. */
  account?: Account;
  studies: StudyBrief[];
  study_id?: string;
  preferences: Preferences;
  is_storage_kept?: boolean;
}

interface SessionSchema extends DBSchema {
  remembered: { key: 'now'; value: Remembered };
  /** One device id per name that signs in here, because a device belongs to one account. */
  device: { key: string; value: string };
  /** One lock per account: what is needed to open its texts with a passphrase. */
  lock: { key: string; value: LockRecord };
}

const NOTHING: Remembered = { studies: [], preferences: {} };

/** The small database beside the notes. It outlives signing out; notes are in databases of their own. */
export class Session {
  private constructor(
    private readonly db: IDBPDatabase<SessionSchema>,
    private now: Remembered,
  ) {}

  static async open(): Promise<Session> {
    const db = await openDB<SessionSchema>('skygge', 2, {
      upgrade(opened, from) {
        if (from < 1) {
          opened.createObjectStore('remembered');
          opened.createObjectStore('device');
        }
        if (from < 2) opened.createObjectStore('lock');
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new Session(db, { ...NOTHING, ...(await db.get('remembered', 'now')) });
  }

  get remembered(): Readonly<Remembered> {
    return this.now;
  }

  /** Change what is remembered; a value of undefined forgets it. What another tab has changed meanwhile stays. */
  async remember(changes: Partial<Remembered>): Promise<void> {
    this.now = { ...this.now, ...changes };
    await holding(DISK, 'shared', async () => {
      const tx = this.db.transaction('remembered', 'readwrite');
      this.now = { ...NOTHING, ...(await tx.store.get('now')), ...changes };
      await tx.store.put(this.now, 'now');
      await tx.done;
    });
  }

  async lockOf(account_id: string): Promise<LockRecord | undefined> {
    return this.db.get('lock', account_id);
  }

  /** Change what is kept of the lock, on the disk when this resolves; undefined takes the lock away. */
  async changeLock(account_id: string, change: (now: LockRecord | undefined) => LockRecord | undefined): Promise<void> {
    await holding(DISK, 'shared', async () => {
      const tx = this.db.transaction('lock', 'readwrite', { durability: 'strict' });
      const changed = change(await tx.store.get(account_id));
      if (changed) await tx.store.put(changed, account_id);
      else await tx.store.delete(account_id);
      await tx.done;
    });
  }

  /** The id under which this phone is known for a name; made at the first asking. */
  async deviceFor(typed: string): Promise<string> {
    // As the server compares names: a phone signed in as "lene lead" is the phone of Lene Lead.
    const name = typed.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
    return holding(DISK, 'shared', async () => {
      const tx = this.db.transaction('device', 'readwrite');
      const known = await tx.store.get(name);
      const device_id = known ?? newId();
      if (!known) await tx.store.put(device_id, name);
      await tx.done;
      return device_id;
    });
  }

  close(): void {
    this.db.close();
  }
}
