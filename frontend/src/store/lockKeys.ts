import { fromBase64, toBase64 } from './base64';
import { newKey, open, seal } from './cipher';

/**
 * What of the lock lies on the phone. The data key seals the texts; it lies here sealed twice, by what the passphrase
 * gives and by what the recovery code gives, so that changing a passphrase rewrites no note. While the phone is locked,
 * texts are sealed by a key of that while, which only the private key (sealed by the data key) can find again.
 */
export interface LockRecord {
  readonly version: 1;
  readonly made_at: string;
  readonly kdf: Kdf;
  readonly by_passphrase: string;
  readonly by_recovery: string;
  readonly public_key: string;
  readonly private_key: string;
  /** The keys of locked whiles by name: the public half of each, and once it has been found again, the key sealed. */
  readonly whiles: Readonly<Record<string, While>>;
  /** Not every text written before is sealed by the data key yet. */
  readonly is_unfinished?: boolean;
}

export interface Kdf {
  readonly name: 'PBKDF2-SHA-256';
  readonly iterations: number;
  readonly salt: string;
}

export interface While {
  readonly public_key: string;
  readonly key?: string;
}

/** Neither the passphrase nor the recovery code that was asked for. */
export class WrongKey extends Error {}

/** OWASP's figure for PBKDF2 with SHA-256 (Password Storage Cheat Sheet, 2023). A record that asks for less is not believed. */
export const ITERATIONS = 600_000;
const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;
const RECOVERY_BYTES = 16;

/** A new lock, its data key, and the recovery code, which lies nowhere. */
export async function makeLock(passphrase: string): Promise<{ record: LockRecord; key: Uint8Array; recovery: string }> {
  const key = newKey();
  const pair = await crypto.subtle.generateKey(CURVE, true, ['deriveBits']);
  const [whole, half] = await Promise.all([
    crypto.subtle.exportKey('pkcs8', pair.privateKey),
    crypto.subtle.exportKey('raw', pair.publicKey),
  ]);
  const { recovery, by_recovery } = await sealByRecovery(key);
  const record: LockRecord = {
    version: 1,
    made_at: new Date().toISOString(),
    ...(await sealByPassphrase(key, passphrase)),
    by_recovery,
    public_key: toBase64(new Uint8Array(half)),
    private_key: seal(key, new Uint8Array(whole), 'private-key'),
    whiles: {},
    is_unfinished: true,
  };
  return { record, key, recovery };
}

/** The data key sealed by a passphrase, with a new salt. */
export async function sealByPassphrase(key: Uint8Array, passphrase: string): Promise<Pick<LockRecord, 'kdf' | 'by_passphrase'>> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const kdf: Kdf = { name: 'PBKDF2-SHA-256', iterations: ITERATIONS, salt: toBase64(salt) };
  return { kdf, by_passphrase: seal(await stretch(passphrase, kdf), key, 'passphrase') };
}

/** The data key sealed by a new recovery code of 128 bits, in groups of four. */
export async function sealByRecovery(key: Uint8Array): Promise<{ recovery: string; by_recovery: string }> {
  const bytes = crypto.getRandomValues(new Uint8Array(RECOVERY_BYTES));
  const letters = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const recovery = (letters.match(/.{4}/g) ?? []).join('-');
  return { recovery, by_recovery: seal(await fromRecovery(letters), key, 'recovery') };
}

/** The data key. Throws WrongKey. */
export async function openByPassphrase(record: LockRecord, passphrase: string): Promise<Uint8Array> {
  return openKey(await stretch(passphrase, record.kdf), record.by_passphrase, 'passphrase');
}

/** The data key; spaces, dashes and capitals of the code as typed do not matter. Throws WrongKey. */
export async function openByRecovery(record: LockRecord, typed: string): Promise<Uint8Array> {
  const letters = typed.toLowerCase().replace(/[^0-9a-z]/g, '');
  if (!/^[0-9a-f]{32}$/.test(letters)) throw new WrongKey();
  return openKey(await fromRecovery(letters), record.by_recovery, 'recovery');
}

/** The key for a locked while: known to this page until it ends, and afterwards to the data key alone. */
export async function beginWhile(record: LockRecord): Promise<{ name: string; key: Uint8Array; kept: While }> {
  const theirs = await crypto.subtle.importKey('raw', fromBase64(record.public_key), CURVE, false, []);
  const pair = await crypto.subtle.generateKey(CURVE, true, ['deriveBits']);
  const name = toBase64(crypto.getRandomValues(new Uint8Array(9)));
  const public_key = toBase64(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)));
  return { name, key: await agree(pair.privateKey, theirs, name), kept: { public_key } };
}

/** The keys of all locked whiles, and the record with them sealed, so that the next time is quicker. */
export async function findWhiles(record: LockRecord, key: Uint8Array): Promise<{ keys: Map<string, Uint8Array>; record: LockRecord }> {
  const own = await crypto.subtle.importKey('pkcs8', unseal(key, record.private_key, 'private-key'), CURVE, false, ['deriveBits']);
  const keys = new Map<string, Uint8Array>();
  const whiles: Record<string, While> = {};
  for (const [name, kept] of Object.entries(record.whiles)) {
    const found = kept.key ? unseal(key, kept.key, name) : await agree(own, await publicKey(kept), name);
    keys.set(name, found);
    whiles[name] = kept.key ? kept : { ...kept, key: seal(key, found, name) };
  }
  return { keys, record: { ...record, whiles } };
}

async function publicKey({ public_key }: While): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', fromBase64(public_key), CURVE, false, []);
}

async function agree(own: CryptoKey, theirs: CryptoKey, name: string): Promise<Uint8Array> {
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, own, 256);
  return hkdf(new Uint8Array(shared), `while ${name}`);
}

async function stretch(passphrase: string, { iterations, salt }: Kdf): Promise<Uint8Array> {
  if (iterations < ITERATIONS) throw new WrongKey();
  // A keyboard may write å as one character or as two.
  const bytes = new TextEncoder().encode(passphrase.normalize('NFKC'));
  const base = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveBits']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: fromBase64(salt), iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(how, base, 256));
}

async function fromRecovery(letters: string): Promise<Uint8Array> {
  // 128 random bits need no stretching.
  return hkdf(new TextEncoder().encode(letters), 'recovery');
}

async function hkdf(bytes: Uint8Array<ArrayBuffer>, purpose: string): Promise<Uint8Array> {
  const base = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits']);
  const info = new TextEncoder().encode(`skygge ${purpose}`);
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info };
  return new Uint8Array(await crypto.subtle.deriveBits(how, base, 256));
}

function openKey(by: Uint8Array, sealed: string, about: string): Uint8Array {
  try {
    return open(by, sealed, about);
  } catch {
    throw new WrongKey();
  }
}

function unseal(key: Uint8Array, sealed: string, about: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(open(key, sealed, about));
}
