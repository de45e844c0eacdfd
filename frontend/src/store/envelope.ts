import type { SubjectType } from './subjects';

/**
 * What people wrote lies in the phone's database inside envelopes, from the first release on. Codec 0 is plain; codec 1
 * is sealed by the lock of this phone, where one is set. Codes and pseudonyms are never in an envelope.
 */
export type Envelope = PlainEnvelope | SealedEnvelope;

interface PlainEnvelope {
  readonly codec: 0;
  readonly text: string;
}

export interface SealedEnvelope {
  readonly codec: 1;
  /** The key that sealed it, by its name in the lock. */
  readonly key: string;
  /** Nonce, cipher text and tag, in base64. */
  readonly sealed: string;
}

/** The keys that are in memory just now. `about` is bound to the text: an envelope cannot be put under another thing. */
export interface Ring {
  seal(text: string, about: string): Envelope;
  /** Undefined for a key that is not on the ring: the notes are locked. Throws EnvelopeNotReadable. */
  open(envelope: SealedEnvelope, about: string): string | undefined;
}

export class EnvelopeNotReadable extends Error {}
/** Its key is not in memory: the phone is locked. */
export class EnvelopeLocked extends Error {}

const TEXT_FIELDS: Partial<Record<SubjectType, readonly string[]>> = {
  encounter: ['setting'],
  gap: ['reason'],
  consent: ['way', 'witness'],
  entry: ['jotting'],
  fieldnote: ['text'],
  memo: ['text'],
};

// Kinds about things of any type, of which only a strike holds a text, and kinds that a newer app reports: what is a
// text elsewhere is taken for one there too.
const ANY = ['words', ...Object.values(TEXT_FIELDS).flat()];

// One account at a time has its notes open in a page, and every transaction needs its keys.
let ring: Ring | undefined;

export function useRing(keys: Ring | undefined): void {
  ring = keys;
}

export function sealText(text: string, about: string): Envelope {
  return ring?.seal(text, about) ?? { codec: 0, text };
}

/** Throws EnvelopeLocked while the phone is locked, EnvelopeNotReadable for a damaged text or a newer app's codec. */
export function openText(envelope: Envelope, about: string): string {
  if (envelope.codec === 0) return envelope.text;
  if (envelope.codec !== 1) throw new EnvelopeNotReadable();
  const text = ring?.open(envelope, about);
  if (text === undefined) throw new EnvelopeLocked();
  return text;
}

/** A copy of the fields of a thing with its texts in envelopes. `about`: the id of the thing. */
export function sealFields(type: SubjectType | undefined, fields: object, about: string): Record<string, unknown> {
  const names = type ? TEXT_FIELDS[type] : ANY;
  return mapped(fields, (value, name) => (typeof value === 'string' && names?.includes(name) ? sealText(value, about) : value));
}

/** The reverse of sealFields. Throws as openText. */
export function openFields(fields: object, about: string): Record<string, unknown> {
  return mapped(fields, (value) => (isEnvelope(value) ? openText(value, about) : value));
}

/** As openFields, but a text that does not open is simply not there. */
export function openUnlocked(fields: object, about: string): Record<string, unknown> {
  return mapped(fields, (value) => (isEnvelope(value) ? textUnlessLocked(value, about) : value));
}

/** The text, or undefined while it does not open: one damaged text must not keep the others from being read. */
export function textUnlessLocked(envelope: Envelope, about: string): string | undefined {
  try {
    return openText(envelope, about);
  } catch {
    return undefined;
  }
}

function mapped(fields: object, treat: (value: unknown, name: string) => unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...fields };
  for (const name in copy) copy[name] = treat(copy[name], name);
  return copy;
}

export function isEnvelope(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && 'codec' in value;
}
