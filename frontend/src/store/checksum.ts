import type { Payload } from './changes';
import { sha256 } from './sha256';

/** The order-independent checksum of a feed: a sum of shares modulo 2^40. Twin: check_value in core/wire.py. */

const MODULUS = 2 ** 40;

/** A change's share: 40 bits of SHA-256 over `change_id:payload`, the payload as canonical JSON. */
export function checkValue(change_id: string, payload: Payload): number {
  const digest = sha256(new TextEncoder().encode(`${change_id}:${toCanonical(payload)}`));
  return digest.slice(0, 5).reduce((sum, byte) => sum * 256 + byte, 0);
}

/** The sum with one share put in the place of another. */
export function replaceShare(sum: number, before: number, after: number): number {
  return (sum - before + after + MODULUS) % MODULUS;
}

/** As the server writes it: ten hexadecimal digits. */
export function spellChecksum(sum: number): string {
  return sum.toString(16).padStart(10, '0');
}

/** JSON with sorted keys, without spaces, everything beyond ASCII escaped. */
export function toCanonical(node: unknown): string {
  if (Array.isArray(node)) return `[${node.map(toCanonical).join(',')}]`;
  if (typeof node !== 'object' || node === null) return escape(JSON.stringify(node));
  const named = node as Record<string, unknown>;
  const parts = Object.keys(named).sort().map((name) => `${escape(JSON.stringify(name))}:${toCanonical(named[name])}`);
  return `{${parts.join(',')}}`;
}

function escape(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
