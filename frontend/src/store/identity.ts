import { sha1 } from './sha1';

/** Ids: who makes them, and how two phones that cannot talk arrive at the same one. */

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
let lastMs = 0;
let withinMs = 0;

/** A UUIDv7 (RFC 9562, section 5.7); ids of one page rise in the order in which they were asked for. */
export function newId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  if (now > lastMs) {
    lastMs = now;
    withinMs = ((bytes[6] ?? 0) << 8 | (bytes[7] ?? 0)) & 0x7ff;
  } else if (++withinMs > 0xfff) {
    // More than the twelve bits of one millisecond hold: borrow the next one.
    lastMs += 1;
    withinMs = 0;
  }
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(lastMs / 0x1_0000_0000));
  view.setUint32(2, lastMs % 0x1_0000_0000);
  view.setUint16(6, 0x7000 | withinMs);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return spell(bytes);
}

/** A UUIDv5 (RFC 9562, section 5.5): the same name in the same namespace is the same id everywhere. */
export function uuid5(namespace: string, name: string): string {
  const space = Uint8Array.from(namespace.replaceAll('-', '').match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const text = new TextEncoder().encode(name);
  const digest = sha1(Uint8Array.from([...space, ...text])).slice(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return spell(digest);
}

/** The visit that a code said aloud names inside a study. */
export function visitId(study_id: string, code: string): string {
  return uuid5(study_id, code);
}

/** Six capital letters to say aloud to a second observer; I and O are left out because they are misheard as figures. */
export function newVisitCode(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(6)), (part) => LETTERS[part % LETTERS.length]).join('');
}

/** The actor *me* of an observer: the same on each of her phones, whoever makes it first. */
export function observerActorId(study_id: string, observer: string): string {
  return uuid5(study_id, `observer:${observer}`);
}

function spell(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
