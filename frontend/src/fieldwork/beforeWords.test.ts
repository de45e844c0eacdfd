import { describe, expect, it } from 'vitest';
import type { Notebook } from '../store/notebook';
import type { Check, EncounterSubject } from '../store/subjects';
import { beforeWords } from './beforeWords';

const MONDAY = '2026-03-02T09:00:00.000+01:00';
const TUESDAY = '2026-03-03T09:00:00.000+01:00';

function visit(id: string, started_at: string, ...checks: Check[]): EncounterSubject {
  return { id, fields: { kind: 'visit', started_at, checks }, retracted: false } as unknown as EncounterSubject;
}

function notebook(encounters: EncounterSubject[], consents: object[] = [], actor: object = { kind: 'bystander' }): Notebook {
  const things: Record<string, object[]> = { consent: consents.map((fields) => ({ fields, retracted: false })), actor: [{ id: 'b1', fields: actor, conflicts: [] }] };
  const list = (type: string) => things[type] ?? encounters;
  return { list, get: (_type: string, id: string) => (id === 'b1' ? { fields: actor } : undefined) } as unknown as Notebook;
}

const now = visit('e2', TUESDAY);

describe('before words are written about somebody', () => {
  it('asks about whoever was never asked, whatever kind of person they are', () => {
    expect(beforeWords(notebook([now]), now, 'b1')).toBe('ask');
    expect(beforeWords(notebook([now], [], { kind: 'citizen' }), now, 'b1')).toBe('ask');
  });

  it('asks nothing about things, the observer, somebody unknown, or whoever it was stopped for', () => {
    expect(beforeWords(notebook([now], [], { kind: 'thing_or_place' }), now, 'b1')).toBeUndefined();
    expect(beforeWords(notebook([now], [], { kind: 'observer' }), now, 'b1')).toBeUndefined();
    expect(beforeWords(notebook([now]), now, 'b2')).toBeUndefined();
    expect(beforeWords(notebook([now], [], { kind: 'bystander', stopped_at: MONDAY }), now, 'b1')).toBeUndefined();
  });

  it('asks nothing once there is an answer, here or earlier, or a recorded consent', () => {
    const answered = visit('e2', TUESDAY, { actor_id: 'b1', answer: 'could_not_ask' });
    expect(beforeWords(notebook([answered]), answered, 'b1')).toBeUndefined();
    const before = visit('e1', MONDAY, { actor_id: 'b1', answer: 'partly' });
    expect(beforeWords(notebook([before, now]), now, 'b1')).toBeUndefined();
    expect(beforeWords(notebook([now], [{ actor_id: 'b1', at: MONDAY, ethics: 'given' }]), now, 'b1')).toBeUndefined();
  });

  it('asks again about somebody who could not be asked at another visit', () => {
    const before = visit('e1', MONDAY, { actor_id: 'b1', answer: 'could_not_ask' });
    expect(beforeWords(notebook([before, now]), now, 'b1')).toBe('ask');
  });

  it('warns of whoever said no, here, earlier, or in a record', () => {
    const here = visit('e2', TUESDAY, { actor_id: 'b1', answer: 'declined' });
    expect(beforeWords(notebook([here]), here, 'b1')).toBe('declined');
    expect(beforeWords(notebook([visit('e1', MONDAY, { actor_id: 'b1', answer: 'declined' }), now]), now, 'b1')).toBe('declined');
    expect(beforeWords(notebook([now], [{ actor_id: 'b1', at: MONDAY, ethics: 'declined' }]), now, 'b1')).toBe('declined');
  });
});
