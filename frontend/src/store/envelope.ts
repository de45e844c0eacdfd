import type { SubjectType } from './subjects';

/**
 * What people wrote lies in the phone's database inside envelopes, from the first release on, so that a lock can be
 * added without touching anything already there. Codec 0 is plain; codes and pseudonyms are never in an envelope.
 */
export interface Envelope {
  readonly codec: 0;
  readonly text: string;
}

export class EnvelopeNotReadable extends Error {}

const TEXT_FIELDS: Partial<Record<SubjectType, readonly string[]>> = {
  encounter: ['setting'],
  gap: ['reason'],
  entry: ['jotting'],
  fieldnote: ['text'],
  memo: ['text'],
};

export function sealText(text: string): Envelope {
  return { codec: 0, text };
}

/** Throws EnvelopeNotReadable for a codec that this app does not know: it was sealed by a newer one. */
export function openText(envelope: Envelope): string {
  if (envelope.codec !== 0) throw new EnvelopeNotReadable();
  return envelope.text;
}

/** A copy of the fields of a thing with its texts in envelopes. */
export function sealFields(type: SubjectType | undefined, fields: object): Record<string, unknown> {
  return withTexts(type, fields, (value) => (typeof value === 'string' ? sealText(value) : value));
}

/** The reverse of sealFields. */
export function openFields(type: SubjectType | undefined, fields: object): Record<string, unknown> {
  return withTexts(type, fields, (value) => (isEnvelope(value) ? openText(value) : value));
}

function withTexts(type: SubjectType | undefined, fields: object, treat: (value: unknown) => unknown) {
  const copy: Record<string, unknown> = { ...fields };
  // Kinds about things of any type: only a strike holds a text, and only until it is on the server.
  for (const name of type ? (TEXT_FIELDS[type] ?? []) : ['words']) {
    if (name in copy) copy[name] = treat(copy[name]);
  }
  return copy;
}

function isEnvelope(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && 'codec' in value;
}
