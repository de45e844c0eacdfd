import { holding, WORK } from './diskLock';
import { EnvelopeLocked, useRing, type Envelope } from './envelope';
import { Keyring, OWN } from './keyring';
import {
  beginWhile, findWhiles, makeLock, openByPassphrase, openByRecovery, sealByPassphrase, sealByRecovery, type LockRecord,
} from './lockKeys';
import { giveUpLocked, resealAll } from './reseal';

export { WrongKey } from './lockKeys';

/** Where the lock of an account lies on this phone. */
export interface LockPlace {
  lockOf(account_id: string): Promise<LockRecord | undefined>;
  changeLock(account_id: string, change: (now: LockRecord | undefined) => LockRecord | undefined): Promise<void>;
}

/** As many locked whiles as are kept before everything is sealed by the data key again. */
const MANY_WHILES = 50;

/**
 * The lock of one account on this phone. While it is locked, what is written is sealed all the same, and nothing that
 * was written before can be read. After each step whoever shows notes has to read them again.
 */
export class Lock {
  private key: Uint8Array | undefined;
  private endWhile: (() => void) | undefined;

  private constructor(
    private readonly place: LockPlace,
    private readonly account_id: string,
  ) {}

  get isOpen(): boolean {
    return this.key !== undefined;
  }

  /** The lock that lies on this phone, locked; undefined when there is none. */
  static async find(place: LockPlace, account_id: string): Promise<Lock | undefined> {
    const record = await place.lockOf(account_id);
    if (!record) return undefined;
    const lock = new Lock(place, account_id);
    await lock.close();
    return lock;
  }

  /** Set a lock and seal every text of this account here. The recovery code is told this once. */
  static async set(place: LockPlace, account_id: string, passphrase: string): Promise<{ lock: Lock; recovery: string }> {
    const { record, key, recovery } = await makeLock(passphrase);
    const lock = new Lock(place, account_id);
    await holding(WORK, 'exclusive', async () => {
      await place.changeLock(account_id, () => record);
      await lock.take(record, key);
    });
    return { lock, recovery };
  }

  /** Lock: keys leave the memory, and a new one seals what is written from now on. */
  async close(): Promise<void> {
    const record = await this.record();
    const { name, key, kept } = await beginWhile(record);
    // On the disk before anything is sealed by it, or nobody could find the key again.
    await this.change((now) => ({ ...now, whiles: { ...now.whiles, [name]: kept } }));
    this.key = undefined;
    this.endWhile?.();
    this.endWhile = hold(name);
    useRing(new Keyring(name, new Map([[name, key]])));
  }

  /** Throws WrongKey. */
  async open(passphrase: string): Promise<void> {
    await holding(WORK, 'exclusive', async () => {
      const record = await this.record();
      await this.take(record, await openByPassphrase(record, passphrase));
    });
  }

  /** Open with the recovery code and set a new passphrase. Throws WrongKey. */
  async recover(code: string, passphrase: string): Promise<void> {
    await holding(WORK, 'exclusive', async () => {
      const record = await this.record();
      const key = await openByRecovery(record, code);
      const renewed = await sealByPassphrase(key, passphrase);
      await this.change((now) => ({ ...now, ...renewed }));
      await this.take(record, key);
    });
  }

  /** Another passphrase; no note is rewritten. The old one must be known. Throws WrongKey. */
  async changePassphrase(old: string, passphrase: string): Promise<void> {
    const key = await openByPassphrase(await this.record(), old);
    const renewed = await sealByPassphrase(key, passphrase);
    await this.change((now) => ({ ...now, ...renewed }));
  }

  /** A new recovery code in the place of the old one. Throws WrongKey. */
  async renewRecovery(passphrase: string): Promise<string> {
    const key = await openByPassphrase(await this.record(), passphrase);
    const { recovery, by_recovery } = await sealByRecovery(key);
    await this.change((now) => ({ ...now, by_recovery }));
    return recovery;
  }

  /** Take the lock away: all texts are plain again. Throws WrongKey. */
  async remove(passphrase: string): Promise<void> {
    await this.open(passphrase);
    // Nothing seals any more, but everything can still be read until nothing is sealed.
    const reading = new Keyring(OWN, await this.keys());
    useRing({ seal: (text) => ({ codec: 0, text }), open: (envelope, about) => reading.open(envelope, about) });
    await holding(WORK, 'exclusive', async () => {
      await resealAll(this.account_id, ({ codec }) => codec === 0);
      await this.place.changeLock(this.account_id, () => undefined);
    });
    useRing(undefined);
  }

  /** Passphrase and code are lost: what is sealed is given up, and the lock goes with it. */
  async giveUp(): Promise<void> {
    await holding(WORK, 'exclusive', async () => {
      await giveUpLocked(this.account_id);
      await this.place.changeLock(this.account_id, () => undefined);
    });
    useRing(undefined);
  }

  private async take(record: LockRecord, key: Uint8Array): Promise<void> {
    const found = await findWhiles(record, key);
    await this.change((now) => ({ ...now, whiles: { ...now.whiles, ...found.record.whiles } }));
    this.key = key;
    useRing(new Keyring(OWN, found.keys.set(OWN, key)));
    this.endWhile?.();
    this.endWhile = undefined;
    if (record.is_unfinished || found.keys.size > MANY_WHILES) await this.sealAllByOwn(record);
  }

  private async sealAllByOwn({ whiles }: LockRecord): Promise<void> {
    // Another tab may be locked just now, and go on sealing with the key of its while.
    const held = await namesHeld();
    const over = held ? Object.keys(whiles).filter((name) => !held.has(name)) : [];
    await resealAll(this.account_id, isByOwn);
    await this.change(({ is_unfinished: _done, ...now }) => {
      return { ...now, whiles: Object.fromEntries(Object.entries(now.whiles).filter(([name]) => !over.includes(name))) };
    });
  }

  private async keys(): Promise<Map<string, Uint8Array>> {
    if (!this.key) throw new EnvelopeLocked();
    const { keys } = await findWhiles(await this.record(), this.key);
    return keys.set(OWN, this.key);
  }

  private async record(): Promise<LockRecord> {
    const record = await this.place.lockOf(this.account_id);
    if (!record) throw new Error('no lock is set here');
    return record;
  }

  private async change(change: (now: LockRecord) => LockRecord): Promise<void> {
    await this.place.changeLock(this.account_id, (now) => now && change(now));
  }
}

const HELD = 'skygge-while-';

/** Tell the other tabs that this page seals with the key of a locked while. Gives back how to stop. */
function hold(name: string): () => void {
  let letGo = () => undefined as void;
  const isOver = new Promise<void>((resolve) => (letGo = resolve));
  void navigator.locks?.request(HELD + name, () => isOver);
  return letGo;
}

/** The whiles that some tab seals with; undefined where a browser cannot tell. */
async function namesHeld(): Promise<Set<string> | undefined> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return navigator.locks && new Set(held.flatMap(({ name }) => (name?.startsWith(HELD) ? [name.slice(HELD.length)] : [])));
}

function isByOwn(envelope: Envelope): boolean {
  return envelope.codec === 1 && envelope.key === OWN;
}
