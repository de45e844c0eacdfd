import { describe, expect, it } from 'vitest';
import type { Notebook } from '../store/notebook';
import type { Check, EncounterSubject } from '../store/subjects';
import { giveCheck } from './answers';
import { hasDeclined, isToBeAsked, lastCheck } from './consent';

function encounter(id: string, started_at: string, checks: Check[] = []): EncounterSubject {
  return { id, fields: { kind: 'visit', started_at, checks }, conflicts: [], retracted: false } as unknown as EncounterSubject;
}

const kinds: Record<string, string> = { c1: 'citizen', me: 'observer', bed: 'thing_or_place' };

function notebook(...encounters: EncounterSubject[]): Notebook {
  const get = (_type: string, id: string) => (kinds[id] ? { fields: { kind: kinds[id] } } : undefined);
  return { list: () => encounters, get } as unknown as Notebook;
}

const MONDAY = '2026-03-02T09:00:00.000+01:00';
const TUESDAY = '2026-03-03T09:00:00.000+01:00';

describe('consent in an encounter', () => {
  it('shows the last known answer and asks again', () => {
    const monday = encounter('e1', MONDAY, [{ actor_id: 'c1', answer: 'partly' }]);
    const tuesday = encounter('e2', TUESDAY);
    const both = notebook(monday, tuesday);
    expect(lastCheck(both, 'c1', tuesday)?.check.answer).toBe('partly');
    expect(isToBeAsked(both, tuesday, 'c1')).toBe(true);
    expect(lastCheck(both, 'c1', monday)).toBeUndefined();
  });

  it('is not asked of the observer, nor of things', () => {
    const one = encounter('e1', MONDAY);
    expect(isToBeAsked(notebook(one), one, 'me')).toBe(false);
    expect(isToBeAsked(notebook(one), one, 'bed')).toBe(false);
  });

  it('that was declined stands until the person is asked again and says otherwise', () => {
    const monday = encounter('e1', MONDAY, [{ actor_id: 'c1', answer: 'declined' }]);
    expect(hasDeclined(notebook(monday, encounter('e2', TUESDAY)), encounter('e2', TUESDAY), 'c1')).toBe(true);
    const asked = encounter('e2', TUESDAY, [{ actor_id: 'c1', answer: 'yes' }]);
    expect(hasDeclined(notebook(monday, asked), asked, 'c1')).toBe(false);
  });

  it('that was declined in a record counts as declined, whichever is the newer', () => {
    const said = (ethics: string, at: string) => ({ fields: { actor_id: 'c1', ethics, at }, conflicts: [], retracted: false });
    const monday = encounter('e1', MONDAY, [{ actor_id: 'c1', answer: 'yes' }]);
    const tuesday = encounter('e2', TUESDAY);
    const knows = (...records: unknown[]): Notebook =>
      ({ list: (type: string) => (type === 'consent' ? records : [monday, tuesday]), get: () => ({ fields: { kind: 'citizen' } }) }) as unknown as Notebook;
    const noon = '2026-03-02T12:00:00.000+01:00';
    expect(hasDeclined(knows(said('declined', noon)), tuesday, 'c1')).toBe(true);
    expect(hasDeclined(knows(said('declined', '2026-03-01T12:00:00.000+01:00')), tuesday, 'c1')).toBe(false);
    expect(hasDeclined(knows(said('declined', noon), said('given', TUESDAY)), tuesday, 'c1')).toBe(false);
    expect(hasDeclined(knows({ ...said('declined', noon), retracted: true }), tuesday, 'c1')).toBe(false);
    const asked = encounter('e2', TUESDAY, [{ actor_id: 'c1', answer: 'yes' }]);
    expect(hasDeclined(knows(said('declined', noon)), asked, 'c1')).toBe(false);
  });

  it('is taken back by the same answer, and keeps what was seen of somebody who could not be asked', () => {
    const check: Check = { actor_id: 'c1', answer: 'could_not_ask', assent: 'dissent' };
    const one = encounter('e1', MONDAY, [check, { actor_id: 'p1', answer: 'yes' }]);
    expect(giveCheck(notebook(one), one, check).payload).toEqual({ checks: [{ actor_id: 'p1', answer: 'yes' }] });
    const answered = giveCheck(notebook(one), one, { actor_id: 'c1', answer: 'proxy' }).payload as { checks: Check[] };
    expect(answered.checks).toContainEqual({ actor_id: 'c1', answer: 'proxy' });
  });
});
