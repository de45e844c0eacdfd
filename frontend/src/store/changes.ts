import type { SubjectType } from './subjects';

/** The schema version of the changes that this app writes. */
export const SCHEMA = 1;

interface KindSpec {
  /** 'any': about a thing of any type; it sets nothing, its work is done on other changes. */
  subject: SubjectType | 'any';
  creates?: boolean;
  sets?: Record<string, unknown>;
}

const RETRACTED = { retracted: true };
const RESTORED = { retracted: false };

/** What each kind reports on, and what it sets by itself. Twin of KINDS in backend/skygge/core/changes.py. */
export const KINDS = {
  'study.amended': { subject: 'study', creates: true },
  'encounter.started': { subject: 'encounter', creates: true },
  'encounter.amended': { subject: 'encounter' },
  'encounter.ended': { subject: 'encounter' },
  'encounter.retracted': { subject: 'encounter', sets: RETRACTED },
  'encounter.restored': { subject: 'encounter', sets: RESTORED },
  'encounter.struck': { subject: 'any' },
  'gap.recorded': { subject: 'gap', creates: true },
  'gap.amended': { subject: 'gap' },
  'gap.retracted': { subject: 'gap', sets: RETRACTED },
  'actor.added': { subject: 'actor', creates: true },
  'actor.amended': { subject: 'actor' },
  'person.stopped': { subject: 'actor' },
  'consent.recorded': { subject: 'consent', creates: true },
  'entry.logged': { subject: 'entry', creates: true },
  'entry.amended': { subject: 'entry' },
  'entry.retracted': { subject: 'entry', sets: RETRACTED },
  'entry.restored': { subject: 'entry', sets: RESTORED },
  'fieldnote.written': { subject: 'fieldnote', creates: true },
  'fieldnote.amended': { subject: 'fieldnote' },
  'fieldnote.retracted': { subject: 'fieldnote', sets: RETRACTED },
  'fieldnote.restored': { subject: 'fieldnote', sets: RESTORED },
  'memo.written': { subject: 'memo', creates: true },
  'memo.amended': { subject: 'memo' },
  'memo.retracted': { subject: 'memo', sets: RETRACTED },
  'codebook.drafted': { subject: 'codebook', creates: true, sets: { status: 'draft' } },
  'codebook.published': { subject: 'codebook', creates: true, sets: { status: 'published' } },
  'code.proposed': { subject: 'code', creates: true, sets: { status: 'provisional' } },
  'words.struck': { subject: 'any' },
  'subject.redacted': { subject: 'any' },
} as const satisfies Record<string, KindSpec>;

export type ChangeKind = keyof typeof KINDS;
export type Payload = Record<string, unknown>;

/** What a field that is never null holds once it is cleared. Twin of EMPTY in backend/skygge/core/changes.py. */
const EMPTY: Partial<Record<SubjectType, Payload>> = {
  entry: { structure_origin: 'none', flags: [], taken: 'tap', precision_s: 0, verbatim: false },
  encounter: { presence: [], checks: [] },
  fieldnote: { position: 0, anchors: [] },
  memo: { about: [] },
};

/** What a screen hands to the notebook; ids, times and device are added there. */
export interface Draft {
  kind: ChangeKind;
  subject_id: string;
  payload: object;
  /** Left out: the changes that stand now in the fields that this one sets. */
  parents?: readonly string[];
  group_id?: string;
}

/** A change as it goes over the wire: exactly what this device reported, and nothing else. */
export interface Change {
  change_id: string;
  kind: string;
  subject_id: string;
  parents: string[];
  payload: Payload;
  made_at: string;
  utc_offset_minutes: number;
  time_zone: string;
  device_id: string;
  device_seq: number;
  session_id: string;
  monotonic_ms: number;
  schema: number;
  app_version: string;
  group_id?: string;
  redacted?: Redacted;
}

/**
 * What makes a change a stub: 'erased' leaves no payload, 'words' a payload without what was struck. `by` is the
 * change that took the content out; nothing tells what was there.
 */
export interface Redacted {
  mode: 'words' | 'erased';
  by: string;
}

/** A change as the server's feed tells it. */
export interface FedChange extends Change {
  seq: number;
  author: string;
  received_at: string;
  corrected_at?: string | null;
  /** Only on subject.redacted: what is left of the changes that it names. */
  stubs?: FedChange[];
}

/** A change as the phone knows it: its own without `seq` until the server has acknowledged it. */
export type StoredChange = Change & Partial<Omit<FedChange, keyof Change | 'stubs'>>;

/** The kind's specification, or undefined for a kind that a newer version reports. */
export function specOf(kind: string): KindSpec | undefined {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind as ChangeKind] : undefined;
}

/** The type of thing that a kind is about; undefined for unknown kinds and for those about things of any type. */
export function subjectOf(kind: string): SubjectType | undefined {
  const subject = specOf(kind)?.subject;
  return subject === 'any' ? undefined : subject;
}

/** The fields that a change of this kind sets on its subject. An unknown kind sets none. */
export function fieldsSetBy(kind: string, payload: Payload): Payload {
  const spec = specOf(kind);
  if (!spec || spec.subject === 'any') return {};
  const empty = EMPTY[spec.subject] ?? {};
  const said = Object.entries(payload).map(([field, value]) => [field, value === null ? (empty[field] ?? null) : value]);
  return { ...Object.fromEntries(said), ...spec.sets };
}
