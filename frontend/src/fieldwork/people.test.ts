import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logged, newPhone } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import type { EncounterFields } from '../store/subjects';
import { actorRow, meId } from './people';

const AT = '2026-03-02T09:00:00.000+01:00';
const LATER = '2026-03-02T10:00:00.000+01:00';
let notebook: OpenNotebook;
const [p1, c1, c2] = [newId(), newId(), newId()];

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  notebook = await newPhone().open();
  await notebook.write([
    { kind: 'actor.added', subject_id: p1, payload: { label: 'P1', kind: 'professional' } },
    { kind: 'actor.added', subject_id: c1, payload: { label: 'C1', kind: 'citizen' } },
    { kind: 'actor.added', subject_id: c2, payload: { label: 'C2', kind: 'citizen' } },
    { kind: 'actor.added', subject_id: newId(), payload: { label: 'observer-2', kind: 'observer' } },
  ]);
});

afterEach(() => notebook.close());

async function begin(more: Partial<EncounterFields> = {}): Promise<string> {
  const id = newId();
  await notebook.write([{ kind: 'encounter.started', subject_id: id, payload: { kind: 'visit', started_at: AT, ...more } }]);
  return id;
}

function rowOf(id: string): string[] {
  const encounter = notebook.get('encounter', id);
  if (!encounter) throw new Error('no such encounter');
  const me = meId(notebook);
  return actorRow(notebook, encounter).map((one) => (one === me ? 'me' : (notebook.get('actor', one)?.fields.label ?? '?')));
}

describe('the actor row', () => {
  it('is the focal actor, who is here, and me at the end', async () => {
    expect(rowOf(await begin({ focal_actor_id: p1, presence: [{ actor_id: c1 }, { actor_id: c2, to: AT }] }))).toEqual(['P1', 'C1', 'me']);
  });

  it('offers the people of the study while nobody was noted, the last met first, but no other observer', async () => {
    await begin({ focal_actor_id: c2 });
    expect(rowOf(await begin())).toEqual(['C2', 'C1', 'P1', 'me']);
  });

  it('does not offer who declined here or said no last and has not been asked since', async () => {
    const checks = [{ actor_id: c1, answer: 'declined' as const }];
    const id = await begin({ presence: [{ actor_id: c1 }, { actor_id: c2 }], checks });
    expect(rowOf(id)).toEqual(['C2', 'me']);
    // Said no an hour ago and not asked again.
    const later = await begin({ presence: [{ actor_id: c1 }, { actor_id: c2 }], started_at: LATER });
    expect(rowOf(later)).toEqual(['C2', 'me']);
    const asked = [{ actor_id: c1, answer: 'yes' as const }];
    expect(rowOf(await begin({ presence: [{ actor_id: c1 }], started_at: LATER, checks: asked }))).toEqual(['C1', 'me']);
  });

  it('keeps who has acted when somebody else is noted afterwards', async () => {
    const id = await begin({ presence: [{ actor_id: c1 }] });
    await notebook.write([logged(id, { actor_id: c2, recipient_id: meId(notebook) })]);
    expect(rowOf(id)).toEqual(['C1', 'C2', 'me']);
  });
});
