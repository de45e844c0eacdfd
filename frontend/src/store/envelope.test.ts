import { describe, expect, it } from 'vitest';
import { cleanDeep, cleanText } from './cleanText';
import { EnvelopeNotReadable, openFields, openText, sealFields, type Envelope } from './envelope';

describe('envelopes', () => {
  it('hold texts only; codes and pseudonyms stay readable', () => {
    const sealed = sealFields({ jotting: 'vent lidt 🙂', action: 'talks', actor_id: 'a' }, 'e');
    expect(sealed).toEqual({ jotting: { codec: 0, text: 'vent lidt 🙂' }, action: 'talks', actor_id: 'a' });
    expect(openFields(sealed, 'e')).toEqual({ jotting: 'vent lidt 🙂', action: 'talks', actor_id: 'a' });
  });

  it('leave an empty text empty and an absent one absent', () => {
    expect(sealFields({ jotting: null }, 'e')).toEqual({ jotting: null });
    expect(sealFields({}, 'e')).toEqual({});
  });

  it('hold setting, reason, field note and memo', () => {
    expect(sealFields({ setting: 'home 3' }, 'e').setting).toHaveProperty('codec', 0);
    expect(sealFields({ reason: 'bathroom' }, 'e').reason).toHaveProperty('codec', 0);
    expect(sealFields({ text: 'x' }, 'e').text).toHaveProperty('codec', 0);
    expect(sealFields({ text: 'x' }, 'e').text).toHaveProperty('codec', 0);
  });

  it('hold every text that this app has no name for, however deep it stands', () => {
    const told = {
      mood: 'rolig', count: 3, heard: null, action: 'talks', flags: ['doubt'],
      seen: ['hånden', { action: 'waits', said: 'av' }],
      presence: [{ actor_id: 'a', remark: 'i sengen', from: null }],
      codes: [{ key: 'talks', label: { da: 'Taler' }, example: 'C1: vent' }],
    };
    const sealed = sealFields(told, 'x');
    const inside = (text: string) => ({ codec: 0, text });
    expect(sealed).toEqual({
      mood: inside('rolig'), count: 3, heard: null, action: 'talks', flags: ['doubt'],
      seen: [inside('hånden'), { action: 'waits', said: inside('av') }],
      presence: [{ actor_id: 'a', remark: inside('i sengen'), from: null }],
      codes: [{ key: 'talks', label: { da: 'Taler' }, example: inside('C1: vent') }],
    });
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
