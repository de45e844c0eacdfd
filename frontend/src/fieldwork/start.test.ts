import { describe, expect, it } from 'vitest';
import type { EncounterFields } from '../store/subjects';
import { changedEncounter, formOfEncounter, isVisitCode, readVisitCode } from './start';

const STUDY = '0196a1b2-0000-7000-8000-000000000001';
const fields: EncounterFields = {
  kind: 'visit',
  focal_actor_id: 'p1',
  agency: 'North',
  presence: [{ actor_id: 'p1', from: '2026-03-02T09:00:00.000+01:00', to: null }],
  started_at: '2026-03-02T09:00:00.000+01:00',
};

describe('a visit code', () => {
  it('is read as capital letters, six at most', () => {
    expect(readVisitCode('kx w-q7pt zz')).toBe('KXWQPT');
    expect(isVisitCode('KXWQPT')).toBe(true);
    expect(isVisitCode('KXWQP')).toBe(false);
  });

  it('names the same visit on every phone, and half a code names none', () => {
    const whole = changedEncounter(STUDY, fields, { ...formOfEncounter(fields), visit_code: 'KXWQPT' });
    expect(whole).toMatchObject({ visit_code: 'KXWQPT' });
    expect(whole.visit_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    expect(changedEncounter(STUDY, fields, { ...formOfEncounter(fields), visit_code: 'KXW' })).toEqual({});
  });
});

describe('an encounter filled in later', () => {
  it('changes nothing that was not touched', () => {
    expect(changedEncounter(STUDY, fields, formOfEncounter(fields))).toEqual({});
  });

  it('adds a person from its start and keeps the stays of the others', () => {
    const form = { ...formOfEncounter(fields), present: ['p1', 'c1'], setting: 'home 3' };
    expect(changedEncounter(STUDY, fields, form)).toEqual({
      setting: 'home 3',
      presence: [...(fields.presence ?? []), { actor_id: 'c1', from: fields.started_at, to: null }],
    });
  });
});
