import { describe, expect, it } from 'vitest';
import type { Notebook } from '../store/notebook';
import type { Subject } from '../store/subjects';
import { encounterOf, entryOf } from './forTests';
import { makeRows, placesOf } from './makeRows';

const NINE = '2026-03-02T09:00:00.000+01:00';
const TEN = '2026-03-02T10:00:00.000+01:00';

function notebook(things: Partial<Record<string, Subject[]>>): Notebook {
  return { list: (type: string) => [...(things[type] ?? [])] } as unknown as Notebook;
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
    expect(makeRows(notebook({ encounter, entry })).map((row) => row.entry.id)).toEqual(['3', '2', '1']);
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
    expect(makeRows(notebook({ actor, encounter, entry })).map((row) => row.entry.id)).toEqual(['3', '4']);
  });

  it('gives the same row for the same entry, and another one once its encounter is another', () => {
    const entry = [entryOf('1', { encounter_id: 'a' })];
    const [before] = makeRows(notebook({ encounter: [encounterOf('a', NINE)], entry }));
    expect(makeRows(notebook({ encounter: [encounterOf('a', NINE)], entry }))[0]).toBe(before);
    const [after] = makeRows(notebook({ encounter: [encounterOf('a', NINE, { visit_id: 'v' })], entry }));
    expect(after?.place.visit).toBe('v');
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
