// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../shell/app';
import type { Draft } from '../store/changes';
import { amended, logged, newPhone, started } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import { BulkWork, bulkWorkIn } from './bulkWork.svelte';

const N = 250;
let notebook: OpenNotebook;
let ids: string[];

beforeEach(async () => {
  notebook = await newPhone().open();
  const visit = newId();
  ids = Array.from({ length: N }, () => newId());
  await notebook.write([started(visit), ...ids.map((id) => logged(visit, { structure: 'directing' }, id))]);
});

afterEach(() => notebook.close());

function work(): BulkWork {
  return new BulkWork({ notebook } as unknown as App);
}

function recode(): Draft[] {
  return ids.map((id) => amended(id, { structure: 'doing_with', structure_origin: 'later', codebook_version: 2 }));
}

function howMany(structure: string): number {
  return ids.filter((id) => notebook.get('entry', id)?.fields.structure === structure).length;
}

describe('many entries at once', () => {
  it('are reported go by go, may be stopped between two, and what was reported is one group that goes back', async () => {
    const bulk = work();
    const reporting = bulk.report(recode(), 'g');
    expect([bulk.isRunning, bulk.done, bulk.all]).toEqual([true, 0, N]);
    bulk.stop();
    expect(await reporting).toBe(false);
    expect([bulk.isRunning, bulk.done, howMany('doing_with')]).toEqual([false, 200, 200]);
    const [group] = bulkWorkIn(await notebook.grouped(), 'me');
    expect(group).toMatchObject({ group_id: 'g', n: 200, author: 'me' });
    // Later, by another that knows of it from the log alone.
    expect(await work().takeBack('g', group?.changes.map(({ subject_id }) => subject_id) ?? [])).toBe(true);
    expect(howMany('directing')).toBe(N);
  });

  it('are counted before they go back: where somebody has changed one since, theirs stays', async () => {
    const bulk = work();
    await bulk.report(recode(), 'g');
    await notebook.write([amended(ids[0] ?? '', { structure: 'unclear' })]);
    const [group] = bulkWorkIn(await notebook.grouped(), 'me');
    expect(bulk.previewUndo({ changes: group?.changes ?? [] })).toEqual({ n: N, n_left: 1 });
    await bulk.takeBack('g', ids);
    expect([howMany('directing'), howMany('unclear')]).toEqual([N - 1, 1]);
    expect(bulk.stillStands({ changes: group?.changes ?? [] })).toBe(false);
  });

  it('take their reason back with them', async () => {
    const group_id = newId();
    const memo: Draft = { kind: 'memo.written', subject_id: group_id, payload: { text: 'why', about: [] } };
    await work().report([memo, ...recode()], group_id);
    await work().takeBack(group_id, ids);
    expect(notebook.get('memo', group_id)?.retracted).toBe(true);
  });
});
