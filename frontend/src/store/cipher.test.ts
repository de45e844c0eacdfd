import { describe, expect, it } from 'vitest';
import { fromBase64 } from './base64';
import * as cipher from './cipher';

describe('the cipher', () => {
  it('is AES-GCM as the browser knows it', async () => {
    const key = cipher.newKey();
    const sealed = fromBase64(cipher.seal(key, new TextEncoder().encode('vent lidt æøå 🙂'), 'about'));
    const theirs = await crypto.subtle.importKey('raw', Uint8Array.from(key), 'AES-GCM', false, ['decrypt']);
    const how = { name: 'AES-GCM', iv: sealed.slice(0, 12), additionalData: new TextEncoder().encode('about') };
    expect(new TextDecoder().decode(await crypto.subtle.decrypt(how, theirs, sealed.slice(12)))).toBe('vent lidt æøå 🙂');
  });

  it('opens nothing that was changed, or put under another thing', () => {
    const key = cipher.newKey();
    const sealed = cipher.seal(key, new TextEncoder().encode('x'), 'one');
    expect(() => cipher.open(key, sealed, 'other')).toThrow();
    expect(() => cipher.open(cipher.newKey(), sealed, 'one')).toThrow();
    expect(() => cipher.open(key, (sealed.startsWith('A') ? 'B' : 'A') + sealed.slice(1), 'one')).toThrow();
  });

  it('takes a text as long as a text may be', { timeout: 60_000 }, () => {
    const key = cipher.newKey();
    const long = new TextEncoder().encode('ø'.repeat(100_000));
    expect(cipher.open(key, cipher.seal(key, long, 'x'), 'x')).toEqual(long);
  });
});
