import { describe, expect, it } from 'vitest';
import type { Notebook } from '../store/notebook';
import type { Subject } from '../store/subjects';
import { encounterOf, entryOf } from './forTests';
import { placesOf, RowMaker } from './makeRows';

const NINE = '2026-03-02T09:00:00.000+01:00';
const TEN = '2026-03-02T10:00:00.000+01:00';

function notebook(things: Partial<Record<string, Subject[]>>): Notebook {
  return { list: (type: string) => [...(things[type] ?? [])] } as unknown as Notebook;
}

function rowsOf(things: Partial<Record<string, Subject[]>>, maker = new RowMaker()) {
  return maker.make(notebook(things)).rows;
}

describe('entries become rows', () => {
  it('in the order of the encounters, then of the stream; none of an encounter that was taken back', () => {
    const encounter = [encounterOf('late', TEN), encounterOf('early', NINE), { ...encounterOf('gone', NINE), retracted: true }];
    const entry = [
      entryOf('1', { encounter_id: 'late', started_at: TEN }),
      entryOf('2', { encounter_id: 'early', started_at: '2026-03-02T09:05:00.000+01:00' }),
      entryOf('3', { encounter_id: 'early', started_at: '2026-03-02T08:01:00.000Z' }),
      entryOf('4', { encounter_id: 'gone' }),
    ];
    expect(rowsOf({ encounter, entry }).map((row) => row.entry.id)).toEqual(['3', '2', '1']);
  });

  it('leaves out what is held about somebody in that very encounter', () => {
    const actor = [{ ...entryOf('c1'), type: 'actor', fields: { label: 'C1', kind: 'citizen', stopped_at: NINE, stopped_in: 'a' } } as unknown as Subject];
    const encounter = [encounterOf('a', NINE), encounterOf('b', TEN)];
    const entry = [
      entryOf('1', { encounter_id: 'a', actor_id: 'c1' }),
      entryOf('2', { encounter_id: 'a', recipient_id: 'c1' }),
      entryOf('3', { encounter_id: 'a', actor_id: 'p1' }),
      entryOf('4', { encounter_id: 'b', actor_id: 'c1' }),
    ];
    expect(rowsOf({ actor, encounter, entry }).map((row) => row.entry.id)).toEqual(['3', '4']);
  });

  it('anew after every change: an entry that moved, one that came before all others, an encounter of another visit', () => {
    const maker = new RowMaker();
    const encounter = [encounterOf('a', NINE)];
    const [first, second] = [entryOf('1', { encounter_id: 'a' }), entryOf('2', { encounter_id: 'a', started_at: TEN })];
    const told = (...entry: Subject[]) => rowsOf({ encounter, entry }, maker).map((row) => row.entry.id).join('');
    expect(told(first, second)).toBe('12');
    expect(told(entryOf('1', { encounter_id: 'a', started_at: '2026-03-02T11:00:00.000+01:00' }), second)).toBe('21');
    expect(told(entryOf('0', { encounter_id: 'a', started_at: '2026-03-02T08:00:00.000+01:00' }), first, second)).toBe('012');
    expect(rowsOf({ encounter: [encounterOf('a', NINE, { visit_id: 'v' })], entry: [first] }, maker)[0]?.place.visit).toBe('v');
  });
});

describe('encounters have names', () => {
  it('counts them by kind, day and observer', () => {
    const names = placesOf([
      encounterOf('b', TEN),
      encounterOf('a', NINE),
      encounterOf('other', TEN, { observer: 'observer-2' }),
      encounterOf('talk', TEN, { kind: 'interview' }),
      encounterOf('next', '2026-03-03T09:00:00.000+01:00'),
    ]);
    expect(Object.fromEntries(Array.from(names, ([id, { name }]) => [id, name]))).toEqual({
      a: 'Visit 1', b: 'Visit 2', other: 'Visit 1', talk: 'Interview 1', next: 'Visit 1',
    });
  });
});
