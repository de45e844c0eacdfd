import { describe, expect, it } from 'vitest';
import { cleanDeep, cleanText } from './cleanText';
import { EnvelopeNotReadable, isEnvelope, openFields, openText, sealFields, type Envelope } from './envelope';

describe('envelopes', () => {
  it('hold texts only; codes and pseudonyms stay readable', () => {
    const sealed = sealFields('entry', { jotting: 'vent lidt 🙂', action: 'talks', actor_id: 'a' }, 'e');
    expect(sealed).toEqual({ jotting: { codec: 0, text: 'vent lidt 🙂' }, action: 'talks', actor_id: 'a' });
    expect(openFields(sealed, 'e')).toEqual({ jotting: 'vent lidt 🙂', action: 'talks', actor_id: 'a' });
  });

  it('leave an empty text empty and an absent one absent', () => {
    expect(sealFields('entry', { jotting: null }, 'e')).toEqual({ jotting: null });
    expect(sealFields('gap', {}, 'e')).toEqual({});
  });

  it('hold setting, reason, field note and memo', () => {
    expect(sealFields('encounter', { setting: 'home 3' }, 'e').setting).toHaveProperty('codec', 0);
    expect(sealFields('gap', { reason: 'bathroom' }, 'e').reason).toHaveProperty('codec', 0);
    expect(sealFields('fieldnote', { text: 'x' }, 'e').text).toHaveProperty('codec', 0);
    expect(sealFields('memo', { text: 'x' }, 'e').text).toHaveProperty('codec', 0);
  });

  it('hold what is a text elsewhere of a kind that this app does not know', () => {
    const told = { jotting: 'vent', text: 'så', words: 'her', way: 'mundtligt', count: 3, action: 'talks' };
    const sealed = sealFields(undefined, told, 'x');
    expect(Object.entries(sealed).filter(([, value]) => isEnvelope(value)).map(([name]) => name)).toEqual(['jotting', 'text', 'words', 'way']);
    expect(openFields(sealed, 'x')).toEqual(told);
  });

  it('say so when a newer app sealed them', () => {
    expect(() => openText({ codec: 7, text: '' } as unknown as Envelope, 'e')).toThrow(EnvelopeNotReadable);
  });
});

describe('texts before they are saved', () => {
  it('lose NUL and half characters and keep everything else', () => {
    expect(cleanText('a\u0000b')).toBe('ab');
    expect(cleanText('x\ud83dy')).toBe('x\ufffdy');
    expect(cleanText('=1+1 æøå 🙂')).toBe('=1+1 æøå 🙂');
  });

  it('lose them in an older browser too', () => {
    const told = Object.getOwnPropertyDescriptor(String.prototype, 'toWellFormed')!;
    Reflect.deleteProperty(String.prototype, 'toWellFormed');
    try {
      expect(cleanText('x\ud83dy 🙂 \ude42\ud83d')).toBe('x\ufffdy 🙂 \ufffd\ufffd');
    } finally {
      Object.defineProperty(String.prototype, 'toWellFormed', told);
    }
  });

  it('are cleaned wherever they stand, and undefined falls away', () => {
    expect(cleanDeep({ a: ['\u0000x', { b: 'y\udc00' }], c: null, d: undefined, e: 1 })).toEqual({
      a: ['x', { b: 'y\ufffd' }],
      c: null,
      e: 1,
    });
  });
});
