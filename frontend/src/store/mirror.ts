import type { SubjectRecord } from './database';
import { toSubject } from './refold';
import type { EntrySubject, Subject, SubjectType } from './subjects';
import { toUnixMs } from './clock';

/** Everything folded, in memory, so that a screen never waits for the disk. Filled only by completed transactions. */
export class Mirror {
  private readonly byType = new Map<SubjectType, Map<string, Subject>>();
  private readonly byEncounter = new Map<string, Map<string, EntrySubject>>();
  /** A thing without its beginning is not shown, but its heads count when it is changed. */
  private readonly unbegun = new Map<string, Subject>();
  people_revision = 0;

  take(records: Iterable<SubjectRecord>): void {
    for (const record of records) this.put(record);
  }

  get<T extends SubjectType>(type: T, id: string): Subject<T> | undefined {
    return this.byType.get(type)?.get(id) as Subject<T> | undefined;
  }

  list<T extends SubjectType>(type: T): Subject<T>[] {
    const found = [...(this.byType.get(type)?.values() ?? [])] as unknown as Subject<T>[];
    return found.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  entriesOf(encounter_id: string): EntrySubject[] {
    return [...(this.byEncounter.get(encounter_id)?.values() ?? [])].sort(inStreamOrder);
  }

  /** The fields that anybody has set on a thing, and `retracted` in any case. */
  fieldsOf(type: SubjectType, id: string): string[] {
    return [...new Set([...Object.keys(this.get(type, id)?.heads ?? {}), 'retracted'])];
  }

  /** Heads of these fields over every type that this id has here. */
  headsOf(subject_id: string, fields: readonly string[]): string[] {
    const heads = new Set<string>();
    for (const subject of this.allWithId(subject_id)) {
      for (const field of fields) for (const head of subject.heads[field] ?? []) heads.add(head);
    }
    return [...heads];
  }

  /** The redactions that took words out of anything with this id. */
  strikesOf(subject_id: string): string[] {
    return this.allWithId(subject_id).flatMap(({ struck_by = [] }) => struck_by);
  }

  private allWithId(id: string): Subject[] {
    const found = Array.from(this.byType.values(), (subjects) => subjects.get(id));
    return [...found, this.unbegun.get(id)].filter((subject) => subject !== undefined);
  }

  private put(record: SubjectRecord): void {
    const subject = toSubject(record);
    if (record.type === 'actor') this.people_revision += 1;
    this.remove(record.type, record.id);
    if (!record.isCreated) {
      this.unbegun.set(record.id, subject);
      return;
    }
    within(this.byType, record.type).set(record.id, subject);
    if (isEntry(subject)) within(this.byEncounter, subject.fields.encounter_id).set(subject.id, subject);
  }

  private remove(type: SubjectType, id: string): void {
    const before = this.get(type, id);
    this.unbegun.delete(id);
    this.byType.get(type)?.delete(id);
    if (before && isEntry(before)) this.byEncounter.get(before.fields.encounter_id)?.delete(id);
  }
}

function isEntry(subject: Subject): subject is EntrySubject {
  return subject.type === 'entry';
}

function within<K, V>(outer: Map<K, Map<string, V>>, key: K): Map<string, V> {
  const inner = outer.get(key) ?? new Map<string, V>();
  outer.set(key, inner);
  return inner;
}

function inStreamOrder(one: EntrySubject, other: EntrySubject): number {
  const apart = toUnixMs(one.fields.started_at) - toUnixMs(other.fields.started_at);
  return apart || one.device_seq - other.device_seq || (one.id < other.id ? -1 : 1);
}
