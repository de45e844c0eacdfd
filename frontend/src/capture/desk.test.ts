import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runningEncounter } from '../fieldwork/start';
import type { App } from '../shell/app';
import { logged, newPhone, started, STUDY } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import type { EncounterSubject } from '../store/subjects';
import { CaptureDesk } from './desk.svelte';
import { emptyPick } from './pick';

let notebook: OpenNotebook;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  notebook = await newPhone().open();
});

afterEach(() => notebook.close());

/** As much of the app as the desk looks at. */
function appOf(): App {
  return { notebook, live: (read: (from: OpenNotebook) => unknown) => read(notebook) } as unknown as App;
}

async function begin(): Promise<EncounterSubject> {
  const id = newId();
  await notebook.write([started(id)]);
  return notebook.get('encounter', id) as EncounterSubject;
}

describe('the end of a visit', () => {
  it('goes on between visits at the same moment, so that at no time nothing runs', async () => {
    const visit = await begin();
    const seen: (string | undefined)[] = [];
    notebook.subscribe(() => seen.push(runningEncounter(notebook)?.fields.kind));
    await new CaptureDesk(appOf(), visit).end(true);
    expect(seen).toEqual(['between']);
    const ended_at = notebook.get('encounter', visit.id)?.fields.ended_at;
    expect(runningEncounter(notebook)?.fields.started_at).toBe(ended_at);
  });

  it('that nobody gave lies at the last entry, when the next one is started without a question', async () => {
    const visit = await begin();
    await notebook.write([logged(visit.id, { kind: 'state', started_at: '2026-03-02T09:07:00.000+01:00' })]);
    const desk = new CaptureDesk(appOf(), visit);
    desk.startNext();
    await vi.waitUntil(() => notebook.list('encounter').length === 2);
    const old = notebook.get('encounter', visit.id)?.fields;
    expect([old?.ended_at, old?.end_origin ?? null]).toEqual(['2026-03-02T09:07:00.000+01:00', null]);
    expect(notebook.entriesOf(visit.id)[0]?.fields.ended_at).toBeUndefined();
    expect(runningEncounter(notebook)?.id).not.toBe(visit.id);
  });

  it('leaves nothing running otherwise', async () => {
    await new CaptureDesk(appOf(), await begin()).end();
    expect(runningEncounter(notebook)).toBeUndefined();
  });
});

describe('a state of somebody who was merged while it runs', () => {
  const [c1, twin] = [newId(), newId()];
  const codes = ['sits', 'walks'].map((key) => ({ dimension: 'action', key, label: { en: key }, timing: 'state', scope: 'act', exclusive_set: 'place' }));
  const open = (): string[] => notebook.list('entry').filter(({ fields }) => !fields.ended_at).map(({ fields }) => `${fields.action} ${fields.actor_id === c1 ? 'C1' : 'C1x'}`);
  let desk: CaptureDesk;

  beforeEach(async () => {
    const visit = await begin();
    await notebook.write([
      { kind: 'study.amended', subject_id: STUDY, payload: { field_mode: 'actions' } },
      { kind: 'codebook.published', subject_id: newId(), payload: { version: 1, status: 'published', codes } },
      { kind: 'actor.added', subject_id: c1, payload: { label: 'C1', kind: 'citizen' } },
      { kind: 'actor.added', subject_id: twin, payload: { label: 'C1x', kind: 'citizen' } },
      logged(visit.id, { kind: 'state', action: 'sits', actor_id: twin }),
    ]);
    desk = new CaptureDesk(appOf(), visit);
    await notebook.write([{ kind: 'actor.amended', subject_id: twin, payload: { merged_into: c1 } }]);
  });

  it.each([['the row has', c1], ['was picked before', twin]])('is stopped by its code under the id that %s', async (_where, id) => {
    desk.pick = emptyPick(id);
    expect(desk.runs('action', 'sits')).toBeDefined();
    desk.touch({ on: 'action', key: 'sits' });
    await vi.waitUntil(() => open().length === 0);
    expect(notebook.list('entry')).toHaveLength(1);
  });

  it.each([['the row has', c1], ['was picked before', twin]])('is closed by what excludes it under the id that %s', async (_where, id) => {
    desk.pick = emptyPick(id);
    desk.touch({ on: 'action', key: 'walks' });
    await vi.waitUntil(() => notebook.list('entry').length === 2);
    expect(open()).toEqual(['walks C1']);
  });
});
