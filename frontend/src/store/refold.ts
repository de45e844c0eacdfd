import { specOf, subjectOf, type Change, type StoredChange } from './changes';
import type { ChangeRecord, ReportedTx, SubjectRecord } from './database';
import { EnvelopeLocked, isEnvelope, openFields, openUnlocked, sealFields, textUnlessLocked } from './envelope';
import { fold, isEqual, type Folded } from './fold';
import { SUBJECT_TYPES, type Conflict, type FieldsOf, type Subject } from './subjects';

/** Fold the things that a transaction has touched anew, from all their changes, and save them in that transaction. */
export async function refoldSubjects(
  tx: ReportedTx,
  subject_ids: Iterable<string>,
): Promise<SubjectRecord[]> {
  const ids = [...new Set(subject_ids)];
  const histories = await Promise.all(
    ids.map((id) => tx.objectStore('change').index('subject').getAll(id)),
  );
  const records: SubjectRecord[] = [];
  const subjects = tx.objectStore('subject');
  for (const [index, id] of ids.entries()) {
    const folded = foldRecords(histories[index] ?? []);
    records.push(...folded);
    // A strike of its words may be all that is left of it: that is of no type, and begins nothing.
    if (!folded.some((record) => record.isCreated)) records.push(...(await emptied(tx, id, folded)));
  }
  await Promise.all(records.map((record) => subjects.put(record)));
  return records;
}

/** A thing of which no change is left is there no more, whatever type it was. */
async function emptied(tx: ReportedTx, id: string, folded: readonly SubjectRecord[]): Promise<SubjectRecord[]> {
  const types = SUBJECT_TYPES.filter((type) => !folded.some((record) => record.type === type));
  const found = await Promise.all(types.map((type) => tx.objectStore('subject').get([type, id])));
  return found
    .filter((record) => record !== undefined)
    .map((record) => ({ ...record, fields: {}, heads: {}, conflicts: [], isCreated: false }));
}

/** All changes of one id into records. (Two types may share an id: ids are unique per study and type.) */
export function foldRecords(history: readonly ChangeRecord[]): SubjectRecord[] {
  return fold(history.map((record) => ({ ...record.body, ...record.fed }))).map((folded) => toRecord(folded, history));
}

// Bodies come from the database with their texts in envelopes; the fold compares envelopes as it would texts.
function toRecord(folded: Folded, history: readonly ChangeRecord[]): SubjectRecord {
  const own = history.filter((record) => subjectOf(record.body.kind) === folded.type);
  const first = own.find((record) => specOf(record.body.kind)?.creates) ?? own[0];
  const record: SubjectRecord = {
    ...folded,
    isCreated: folded.isCreated,
    author: first?.fed?.author ?? first?.by ?? '',
    device_seq: first?.body.device_seq ?? 0,
    isOnServer: own.every((each) => each.own === undefined || each.acknowledged !== undefined),
  };
  const encounter = folded.type === 'entry' ? folded.fields.encounter_id : undefined;
  if (typeof encounter === 'string') record.entry_of = encounter;
  const struck_by = new Set(own.flatMap(({ body: { redacted } }) => (redacted?.mode === 'words' ? [redacted.by] : [])));
  if (struck_by.size > 0) record.struck_by = [...struck_by];
  return record;
}

/** A folded thing as screens see it, texts open; what is under the lock is not there, and `is_locked` says so. */
export function toSubject(record: SubjectRecord): Subject {
  const { type, id } = record;
  const fields = openUnlocked(record.fields, id);
  return {
    type,
    id,
    fields: fields as unknown as FieldsOf[typeof type],
    heads: record.heads,
    conflicts: record.conflicts.map((conflict) => openConflict(record, conflict)).filter(({ values }) => values.length > 1),
    retracted: record.fields.retracted === true,
    author: record.author,
    device_seq: record.device_seq,
    is_on_server: record.isOnServer,
    ...(record.struck_by && { struck_by: record.struck_by }),
    ...(hasLocked(record) && { is_locked: true }),
  };
}

// The same words sealed twice are two envelopes to the fold; opened they are one value again. Of edits that a retraction
// had not seen all are told, though each says the same.
function openConflict({ id }: SubjectRecord, { field, values }: Conflict): Conflict {
  const open = values.map(({ change_id, value }) => ({ change_id, value: openUnlocked({ [field]: value }, id)[field] }));
  const isFirst = ({ value }: { value: unknown }, at: number): boolean =>
    value === undefined || field === 'retracted' || open.findIndex((other) => isEqual(other.value, value)) === at;
  return { field, values: open.filter(isFirst) };
}

function hasLocked({ id, fields }: SubjectRecord): boolean {
  return Object.values(fields).some((value) => isEnvelope(value) && textUnlessLocked(value, id) === undefined);
}

/** The change as it was reported, for reading: without the texts that are under the lock. */
export function toShownChange({ body, fed }: ChangeRecord): StoredChange {
  return { ...body, payload: openUnlocked(body.payload, body.subject_id), ...fed };
}

/** The change for the wire, or why it cannot be sent now. */
export function toWire({ body }: ChangeRecord): Change | 'locked' | 'damaged' {
  try {
    return openBody(body);
  } catch (error) {
    return error instanceof EnvelopeLocked ? 'locked' : 'damaged';
  }
}

type Body = Pick<Change, 'kind' | 'subject_id' | 'payload'>;

/** A body as it was reported, texts open. Throws EnvelopeLocked while its key is not in memory. */
export function openBody<T extends Body>(body: T): T {
  return { ...body, payload: openFields(body.payload, body.subject_id) };
}

/** The reverse for a body on its way into the database. */
export function sealBody<T extends Body>(body: T): T {
  return { ...body, payload: sealFields(body.payload, body.subject_id) };
}
