/** Entries and encounters for tests: only what is said differs from a plain one. */
import type { EncounterFields, EncounterSubject, EntryFields, EntrySubject } from '../store/subjects';

const PLAIN = { conflicts: [], retracted: false, author: 'observer-1', device_seq: 1, is_on_server: true };

export function entryOf(id: string, fields: Partial<EntryFields> = {}, more: Partial<EntrySubject> = {}): EntrySubject {
  const heads = Object.fromEntries(Object.keys(fields).map((field) => [field, [`${id}-${field}`]]));
  const own = { encounter_id: 'e1', kind: 'point', started_at: '2026-03-02T09:00:00.000+01:00', ...fields } as const;
  return { ...PLAIN, type: 'entry', id, fields: own, heads, ...more };
}

export function encounterOf(id: string, started_at: string, fields: Partial<EncounterFields> = {}): EncounterSubject {
  return { ...PLAIN, type: 'encounter', id, heads: {}, fields: { kind: 'visit', observer: 'observer-1', started_at, ...fields } };
}
