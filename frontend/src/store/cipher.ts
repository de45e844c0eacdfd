import { gcm } from '@noble/ciphers/aes.js';
import { fromBase64, toBase64 } from './base64';

/**
 * AES-256-GCM at once, without a promise: texts are sealed and opened inside transactions of IndexedDB, which end by
 * themselves when one waits for anything but them. WebCrypto only answers later.
 */

const NONCE_BYTES = 12;
export const KEY_BYTES = 32;

/** `about` is authenticated with the text: opened under another name it does not open. */
export function seal(key: Uint8Array, bytes: Uint8Array, about: string): string {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = gcm(key, nonce, new TextEncoder().encode(about)).encrypt(bytes);
  const whole = new Uint8Array(NONCE_BYTES + sealed.length);
  whole.set(nonce);
  whole.set(sealed, NONCE_BYTES);
  return toBase64(whole);
}

/** Throws when the key is another one, or anything of it was changed. */
export function open(key: Uint8Array, sealed: string, about: string): Uint8Array {
  const whole = fromBase64(sealed);
  const nonce = whole.subarray(0, NONCE_BYTES);
  return gcm(key, nonce, new TextEncoder().encode(about)).decrypt(whole.subarray(NONCE_BYTES));
}

export function newKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES));
}
