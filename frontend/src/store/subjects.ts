/** The vocabulary on the phone: every thing a study holds, with the field names of the JSON Lines format. */

export type Stamp = string;
export type CodeTiming = 'point' | 'state' | 'either';
export type FieldMode = 'words' | 'actions' | 'structures';
export type ActorKind = 'professional' | 'citizen' | 'relative' | 'observer' | 'bystander' | 'thing_or_place' | 'other';
export type EncounterKind = 'visit' | 'between' | 'interview' | 'focus_group' | 'meeting';
export type EntryKind = 'point' | 'state' | 'note' | 'reflection';
export type EndOrigin = 'tap' | 'back_dated' | 'recalled' | 'exclusive' | 'encounter_end';
export type StructureOrigin = 'explicit' | 'carried' | 'later' | 'none';
export type Taken = 'tap' | 'back_dated' | 'recalled';
export type CheckAnswer = 'yes' | 'partly' | 'declined' | 'could_not_ask' | 'proxy';
export type Dimension = 'structure' | 'action' | 'flag';

export interface StudyFields {
  title: string;
  time_zone: string;
  languages: string[];
  field_mode: FieldMode;
  observers_see?: 'own' | 'all';
  controller?: string | null;
  joint_controller?: string | null;
  processor?: string | null;
  hosting_place?: string | null;
  purpose?: string | null;
  purpose_limits?: string | null;
  legal_basis?: string | null;
  retention_until?: string | null;
  concern_procedure?: string | null;
  allows_dictation?: boolean;
  lock_required?: boolean;
  lock_reason?: string | null;
}

export interface Code {
  dimension: Dimension;
  key: string;
  label: Record<string, string>;
  definition?: string;
  starts?: string;
  ends?: string;
  example?: string;
  counter_example?: string;
  timing?: CodeTiming;
  scope?: 'act' | 'interaction';
  exclusive_set?: string | null;
  control?: number | null;
  care?: number | null;
  color?: string | null;
  shortcut?: string | null;
  order?: number;
  status?: 'provisional' | 'active' | 'retired';
  replaced_by?: string | null;
}

export interface CodebookFields {
  version: number;
  status: 'draft' | 'published';
  note?: string;
  follows?: number | null;
  codes: Code[];
}

export interface ActorFields {
  label: string;
  kind: ActorKind;
  agency?: string | null;
  merged_into?: string | null;
  /** Nothing more is to be written about this person; `stopped_in` is the encounter in which that was said. */
  stopped_at?: Stamp | null;
  stopped_in?: string | null;
}

export interface ConsentFields {
  actor_id: string;
  ethics?: string | null;
  legal_basis?: string | null;
  withdrawal_promise?: string | null;
  way?: string | null;
  witness?: string | null;
  renew_on?: string | null;
  at: Stamp;
}

export interface Presence {
  actor_id: string;
  from?: Stamp | null;
  to?: Stamp | null;
}

export interface Check {
  actor_id: string;
  answer: CheckAnswer;
  /** What was seen of somebody who could not be asked in words. */
  assent?: 'assent' | 'dissent' | null;
}

/** An encounter runs while it has no `ended_at`; an `ended_at` without `end_origin` means: end unknown. */
export interface EncounterFields {
  kind: EncounterKind;
  visit_code?: string | null;
  visit_id?: string | null;
  observer?: string | null;
  focal_actor_id?: string | null;
  setting?: string | null;
  agency?: string | null;
  presence?: Presence[];
  checks?: Check[];
  started_at: Stamp;
  ended_at?: Stamp | null;
  end_origin?: EndOrigin | null;
  time_zone?: string | null;
  utc_offset_minutes?: number | null;
}

export interface GapFields {
  encounter_id: string;
  kind: 'off_record' | 'not_recorded' | 'struck';
  from: Stamp;
  to?: Stamp | null;
  reason?: string | null;
}

export interface EntryFields {
  encounter_id: string;
  kind: EntryKind;
  actor_id?: string | null;
  recipient_id?: string | null;
  action?: string | null;
  structure?: string | null;
  structure_origin?: StructureOrigin;
  flags?: string[];
  started_at: Stamp;
  ended_at?: Stamp | null;
  end_origin?: EndOrigin | null;
  taken?: Taken;
  precision_s?: number;
  jotting?: string | null;
  verbatim?: boolean;
  codebook_version?: number | null;
  control?: number | null;
  care?: number | null;
  merged_into?: string | null;
}

export interface FieldNoteFields {
  encounter_id: string;
  position?: number;
  anchors?: string[];
  text: string;
  author?: string | null;
  written_at?: Stamp | null;
}

export interface MemoFields {
  about?: { type: string; id: string }[];
  text: string;
  author?: string | null;
  written_at?: Stamp | null;
}

export interface FieldsOf {
  study: StudyFields;
  codebook: CodebookFields;
  code: Code;
  actor: ActorFields;
  consent: ConsentFields;
  encounter: EncounterFields;
  gap: GapFields;
  entry: EntryFields;
  fieldnote: FieldNoteFields;
  memo: MemoFields;
}

export type SubjectType = keyof FieldsOf;
export const SUBJECT_TYPES: readonly SubjectType[] = [
  'study', 'codebook', 'code', 'actor', 'consent', 'encounter', 'gap', 'entry', 'fieldnote', 'memo',
];

/** Several values of one field that were given without knowledge of each other; the shown one comes first. */
export interface Conflict {
  field: string;
  values: { change_id: string; value: unknown }[];
}

/** One thing as its changes leave it. `heads` names, per field, the changes whose values stand there now. */
export interface Subject<T extends SubjectType = SubjectType> {
  readonly type: T;
  readonly id: string;
  readonly fields: FieldsOf[T];
  readonly heads: Readonly<Record<string, readonly string[]>>;
  readonly conflicts: readonly Conflict[];
  readonly retracted: boolean;
  /** The observer label of who began it, and the device's own running number of that change. */
  readonly author: string;
  readonly device_seq: number;
  /** Whether every change of it has been acknowledged by the server. */
  readonly is_on_server: boolean;
  /** The redactions that took words out of it; who edits it now has seen them. */
  readonly struck_by?: readonly string[];
  /** Some of its texts are under the lock of this phone just now: they are left out of `fields`. */
  readonly is_locked?: boolean;
}

export type EntrySubject = Subject<'entry'>;
export type EncounterSubject = Subject<'encounter'>;
