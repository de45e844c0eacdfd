/** A whole encounter earlier or later: its clock was wrong. One group of changes, so that it can be taken back as one. Pure. */
import type { Draft } from '../store/changes';
import type { EncounterSubject, EntrySubject, Stamp } from '../store/subjects';
import type { Gap } from './gaps';

export interface Shifted {
  encounter: EncounterSubject;
  entries: readonly EntrySubject[];
  gaps: readonly Gap[];
}

/** Every time of the encounter and of what lies in it, by so many milliseconds (positive = later). */
export function shiftEncounter({ encounter, entries, gaps }: Shifted, by_ms: number, group_id: string): Draft[] {
  const { started_at, ended_at, presence } = encounter.fields;
  const stays = presence?.map((stay) => ({ ...stay, ...movedFields({ from: stay.from, to: stay.to }, by_ms) }));
  const own = { ...movedFields({ started_at, ended_at }, by_ms), ...(stays && stays.length > 0 && { presence: stays }) };
  return [
    { kind: 'encounter.amended', subject_id: encounter.id, payload: own, group_id },
    ...entries.map(({ id, fields }): Draft => ({
      kind: 'entry.amended',
      subject_id: id,
      payload: movedFields({ started_at: fields.started_at, ended_at: fields.ended_at }, by_ms),
      group_id,
    })),
    ...gaps.map(({ id, fields }): Draft => ({
      kind: 'gap.amended',
      subject_id: id,
      payload: movedFields({ from: fields.from, to: fields.to }, by_ms),
      group_id,
    })),
  ];
}

function movedFields(times: Record<string, Stamp | null | undefined>, by_ms: number): Record<string, Stamp> {
  const known = Object.entries(times).filter((one): one is [string, Stamp] => Boolean(one[1]));
  return Object.fromEntries(known.map(([name, stamp]) => [name, moveStamp(stamp, by_ms)]));
}

/** The same place's clock, at another moment: the offset stays. */
export function moveStamp(stamp: Stamp, by_ms: number): Stamp {
  const [, offset = 'Z'] = /(Z|[+-]\d\d:\d\d)$/.exec(stamp) ?? [];
  const minutes = offset === 'Z' ? 0 : Number(`${offset[0]}1`) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4)));
  const local = new Date(Date.parse(stamp) + by_ms + minutes * 60_000).toISOString().slice(0, -1);
  return `${local}${offset}`;
}
