import { describe, expect, it } from 'vitest';
import type { EntryFields } from '../store/subjects';
import { changedFields, formOf, isBeforeEncounter } from './editing';

const fields: EntryFields = {
  encounter_id: 'e',
  kind: 'point',
  actor_id: 'p1',
  action: 'asks',
  structure: null,
  structure_origin: 'none',
  started_at: '2026-03-02T09:00:07.250+01:00',
  taken: 'tap',
};

describe('an edited entry', () => {
  it('changes nothing when nothing was touched, milliseconds included', () => {
    expect(changedFields(fields, formOf(fields))).toEqual({});
  });

  it('names only the fields that changed', () => {
    expect(changedFields(fields, { ...formOf(fields), recipient_id: 'c1', jotting: 'vent lidt' })).toEqual({
      recipient_id: 'c1',
      jotting: 'vent lidt',
    });
  });

  it('says that a structure was given later, or is none again', () => {
    const coded = changedFields(fields, { ...formOf(fields), structure: 'directing' });
    expect(coded).toEqual({ structure: 'directing', structure_origin: 'later' });
    const before = { ...fields, structure: 'directing' };
    expect(changedFields(before, { ...formOf(before), structure: null })).toEqual({
      structure: null,
      structure_origin: 'none',
    });
  });

  it('keeps the offset of the place when the time is corrected, and says it is recalled', () => {
    expect(changedFields(fields, { ...formOf(fields), started: '2026-03-02T08:45' })).toEqual({
      started_at: '2026-03-02T08:45:00.000+01:00',
      taken: 'recalled',
    });
  });

  it('opens a state again when its end is emptied, and drops the end of what becomes a moment', () => {
    const state: EntryFields = { ...fields, kind: 'state', ended_at: '2026-03-02T09:10:00.000+01:00', end_origin: 'tap' };
    expect(changedFields(state, { ...formOf(state), ended: '' })).toEqual({ ended_at: null, end_origin: null });
    expect(changedFields(state, { ...formOf(state), kind: 'point' })).toEqual({
      kind: 'point',
      ended_at: null,
      end_origin: null,
    });
  });
});

describe('an entry before its encounter', () => {
  const before = (started: string, encounter: string): boolean =>
    isBeforeEncounter(fields, { ...formOf(fields), started }, encounter);

  it('is noticed, but not for the milliseconds that the form leaves out', () => {
    expect(before('2026-03-02T09:00:06', '2026-03-02T09:00:07.000+01:00')).toBe(true);
    expect(before('2026-03-02T09:00:07', '2026-03-02T09:00:07.900+01:00')).toBe(false);
  });

  it('goes by the moment, not by the hour that stands there', () => {
    expect(before('2026-03-02T09:00:07', '2026-03-02T08:00:00.000Z')).toBe(false);
    expect(before('2026-03-02T09:00:07', '2026-03-02T08:30:00.000Z')).toBe(true);
  });

  it('is no matter while the time is being typed', () => {
    expect(before('', '2026-03-02T09:30:00.000+01:00')).toBe(false);
  });
});
