/** Entries become rows: in the order of the encounters, then of the stream. Names are given when a row is drawn. */
import { kindName } from '../fieldwork/naming';
import { dayOf } from '../fieldwork/when';
import type { Notebook } from '../store/notebook';
import type { EncounterSubject, EntrySubject, Subject } from '../store/subjects';
import type { Place, Row } from './rows';

/** A thing never changes, another takes its place: what was worked out once holds. */
const rowOf = new WeakMap<EntrySubject, Row>();
const startOf = new WeakMap<EntrySubject, number>();

/** All entries on this device, newest encounter last. What is held about a person is nobody's to look at. */
export function makeRows(notebook: Notebook): Row[] {
  const encounters = notebook.list('encounter').filter((one) => !one.retracted);
  const held = heldPairs(notebook.list('actor'));
  const places = placesOf(encounters);
  const byEncounter = new Map<string, EntrySubject[]>(Array.from(places.keys(), (id) => [id, []]));
  for (const entry of notebook.list('entry')) {
    if (held.size === 0 || !isHeldIn(held, entry)) byEncounter.get(entry.fields.encounter_id)?.push(entry);
  }
  const rows: Row[] = [];
  for (const [id, entries] of byEncounter) {
    const place = places.get(id);
    entries.sort(inStreamOrder);
    if (place) for (const entry of entries) rows.push(rowFor(entry, place));
  }
  return rows;
}

/** `Visit 3`: the third of its kind that its observer watched on its day. In the order in which they began. */
export function placesOf(encounters: readonly EncounterSubject[]): Map<string, Place> {
  const counted = new Map<string, number>();
  const started = encounters.map((one) => ({ one, at: Date.parse(one.fields.started_at) })).sort((a, b) => a.at - b.at);
  return new Map(
    started.map(({ one: { id, author, fields } }): [string, Place] => {
      const [observer, day] = [fields.observer ?? author, dayOf(fields.started_at)];
      const key = `${fields.observer} ${fields.kind} ${day}`;
      const n = (counted.get(key) ?? 0) + 1;
      counted.set(key, n);
      const name = fields.kind === 'between' ? kindName(fields.kind) : `${kindName(fields.kind)} ${n}`;
      return [id, { encounter_id: id, visit: fields.visit_id ?? id, name, observer, day }];
    }),
  );
}

function rowFor(entry: EntrySubject, place: Place): Row {
  const known = rowOf.get(entry);
  if (known && isSame(known.place, place)) return known;
  const row = { entry, place };
  rowOf.set(entry, row);
  return row;
}

function isSame(one: Place, other: Place): boolean {
  return one.name === other.name && one.observer === other.observer && one.day === other.day && one.visit === other.visit;
}

function heldPairs(actors: readonly Subject<'actor'>[]): ReadonlySet<string> {
  const stopped = actors.filter(({ fields }) => fields.stopped_at && fields.stopped_in);
  return new Set(stopped.map(({ id, fields }) => `${id} ${fields.stopped_in}`));
}

function isHeldIn(held: ReadonlySet<string>, { fields }: EntrySubject): boolean {
  return [fields.actor_id, fields.recipient_id].some((id) => id && held.has(`${id} ${fields.encounter_id}`));
}

function inStreamOrder(one: EntrySubject, other: EntrySubject): number {
  return startedAt(one) - startedAt(other) || one.device_seq - other.device_seq || (one.id < other.id ? -1 : 1);
}

function startedAt(entry: EntrySubject): number {
  const known = startOf.get(entry);
  if (known !== undefined) return known;
  const at = Date.parse(entry.fields.started_at);
  startOf.set(entry, at);
  return at;
}
