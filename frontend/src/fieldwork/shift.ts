/** A whole encounter earlier or later: its clock was wrong. One group of changes, so that it can be taken back as one. Pure. */
import type { Draft } from '../store/changes';
import type { EncounterSubject, EntrySubject, Stamp } from '../store/subjects';
import type { Gap } from './gaps';

export interface Shifted {
  encounter: EncounterSubject;
  entries: readonly EntrySubject[];
  gaps: readonly Gap[];
}

type Times = Record<string, Stamp | null | undefined>;

/** The fields that hold a time of an encounter, an entry or a gap. */
export const TIMES = ['started_at', 'ended_at', 'from', 'to'] as const;

/** One time of one thing. */
export function timeKey(id: string, field: string): string {
  return `${id} ${field}`;
}

/**
 * Every time of the encounter and of what lies in it, by so many milliseconds (positive = later). With `isWanted` only
 * some times, by `timeKey`: what was told before or after the clock was set back. Who was there until when is one list,
 * written anew with each change, so it stays as it is then.
 */
export function shiftEncounter({ encounter, entries, gaps }: Shifted, by_ms: number, group_id: string, isWanted?: (key: string) => boolean): Draft[] {
  const { started_at, ended_at, presence } = encounter.fields;
  const stays = isWanted ? [] : (presence ?? []).map((stay) => ({ ...stay, ...movedFields({ from: stay.from, to: stay.to }, by_ms) }));
  const move = ({ id }: { id: string }, times: Times): Record<string, Stamp> => {
    const given = Object.entries(times).filter(([name]) => isWanted?.(timeKey(id, name)) ?? true);
    return movedFields(Object.fromEntries(given), by_ms);
  };
  const own = { ...move(encounter, { started_at, ended_at }), ...(stays.length > 0 && { presence: stays }) };
  const drafts: Draft[] = [
    { kind: 'encounter.amended', subject_id: encounter.id, payload: own, group_id },
    ...entries.map((entry): Draft => ({
      kind: 'entry.amended',
      subject_id: entry.id,
      payload: move(entry, { started_at: entry.fields.started_at, ended_at: entry.fields.ended_at }),
      group_id,
    })),
    ...gaps.map((gap): Draft => ({
      kind: 'gap.amended',
      subject_id: gap.id,
      payload: move(gap, { from: gap.fields.from, to: gap.fields.to }),
      group_id,
    })),
  ];
  return drafts.filter(({ payload }) => Object.keys(payload).length > 0);
}

function movedFields(times: Times, by_ms: number): Record<string, Stamp> {
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
