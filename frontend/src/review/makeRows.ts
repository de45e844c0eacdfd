/** Entries become rows: in the order of the encounters, then of the stream. Names are given when a row is drawn. */
import { kindName } from '../fieldwork/naming';
import { isHeld } from '../fieldwork/stopped';
import { dayOf } from '../fieldwork/when';
import type { Notebook } from '../store/notebook';
import type { EncounterSubject, EntrySubject } from '../store/subjects';
import type { Place, Row } from './rows';

export interface AllRows {
  readonly rows: Row[];
  /** The encounters, in the order in which they began. */
  readonly places: Place[];
}

/** Makes the rows, and makes them again after every change: a hundred thousand of them, of which one is another. */
export class RowMaker {
  private entries: readonly EntrySubject[] = [];
  private starts: readonly number[] = [];

  /** All entries on this device, newest encounter last. What is held about a person is nobody's to look at. */
  make(notebook: Notebook): AllRows {
    const places = placesOf(notebook.list('encounter').filter((one) => !one.retracted));
    const entries = notebook.list('entry');
    // A thing never changes, another takes its place: what is where it was has its start already.
    this.starts = entries.map((entry, at) => (entry === this.entries[at] ? (this.starts[at] ?? 0) : Date.parse(entry.fields.started_at)));
    this.entries = entries;
    const found = new Map<string, Started[]>(Array.from(places.keys(), (id) => [id, []]));
    for (const [index, entry] of entries.entries()) {
      if (!isHeld(notebook, entry)) found.get(entry.fields.encounter_id)?.push({ entry, at: this.starts[index] ?? 0 });
    }
    const rows: Row[] = [];
    for (const [id, place] of places) {
      for (const { entry } of (found.get(id) ?? []).sort(inStreamOrder)) rows.push({ entry, place });
    }
    return { rows, places: [...places.values()] };
  }
}

interface Started {
  readonly entry: EntrySubject;
  readonly at: number;
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

function inStreamOrder(one: Started, other: Started): number {
  return one.at - other.at || one.entry.device_seq - other.entry.device_seq || (one.entry.id < other.entry.id ? -1 : 1);
}
