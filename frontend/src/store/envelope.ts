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

/**
 * What stands readable: ids, times, codes, pseudonyms, and the study's title. Any other text is in an envelope, also one
 * that only a newer app has a name for, wherever in a payload it stands.
 */
const READABLE = new Set(
  (
    'title time_zone languages field_mode observers_see legal_basis retention_until status dimension key label definition ' +
    'starts ends timing scope exclusive_set color shortcut replaced_by kind agency merged_into stopped_at stopped_in ' +
    'actor_id ethics withdrawal_promise renew_on at visit_code visit_id observer focal_actor_id ' +
    'started_at ended_at end_origin encounter_id from to recipient_id action structure structure_origin flags taken ' +
    'anchors about author written_at answer assent entries changes mode replacement places'
  ).split(' '),
);

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
export function sealFields(fields: object, about: string): Record<string, unknown> {
  return sealInside(fields, '', about) as Record<string, unknown>;
}

function sealInside(node: unknown, name: string, about: string): unknown {
  if (READABLE.has(name) || isEnvelope(node)) return node;
  if (typeof node === 'string') return sealText(node, about);
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map((inner) => sealInside(inner, name, about));
  return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, sealInside(inner, key, about)]));
}

/** The reverse of sealFields. Throws as openText. */
export function openFields(fields: object, about: string): Record<string, unknown> {
  return mapEnvelopes({ ...fields }, (envelope) => openText(envelope, about));
}

/**
 * As openFields, but a text that does not open is simply not there. Inside of a list it stays in its envelope, so that who
 * changes the list while the phone is locked does not take it out.
 */
export function openUnlocked(fields: object, about: string): Record<string, unknown> {
  const open = mapEnvelopes<Record<string, unknown>>({ ...fields }, (envelope) => textUnlessLocked(envelope, about) ?? envelope);
  for (const name in open) if (isEnvelope(open[name])) open[name] = undefined;
  return open;
}

/** A copy with something else in the place of each envelope. */
export function mapEnvelopes<T>(node: T, treat: (envelope: Envelope) => unknown): T {
  if (typeof node !== 'object' || node === null) return node;
  if (isEnvelope(node)) return treat(node) as T;
  if (Array.isArray(node)) return node.map((inner: unknown) => mapEnvelopes(inner, treat)) as T;
  return Object.fromEntries(Object.entries(node).map(([name, inner]: [string, unknown]) => [name, mapEnvelopes(inner, treat)])) as T;
}

/** The text, or undefined while it does not open: one damaged text must not keep the others from being read. */
export function textUnlessLocked(envelope: Envelope, about: string): string | undefined {
  try {
    return openText(envelope, about);
  } catch {
    return undefined;
  }
}

export function isEnvelope(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && 'codec' in value;
}
