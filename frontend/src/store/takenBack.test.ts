// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredChange } from './changes';
import { amended, logged, newPhone, started, type Phone } from './forTests';
import { undoGroup } from './undoGroup';
import { newId } from './identity';
import type { OpenNotebook } from './openNotebook';

let phone: Phone;
let notebook: OpenNotebook;
const [visit, one, two] = [newId(), newId(), newId()];
const group_id = newId();

/** Everything that is known of the things that a group touched. */
async function about(group: string): Promise<StoredChange[]> {
  const ids = new Set((await notebook.grouped()).filter((change) => change.group_id === group).map((change) => change.subject_id));
  return (await Promise.all([...ids].map((id) => notebook.history(id)))).flat();
}

beforeEach(async () => {
  phone = newPhone();
  notebook = await phone.open();
  await notebook.write([started(visit), logged(visit, { action: 'asks' }, one), logged(visit, { action: 'asks' }, two)]);
  await notebook.write([one, two].map((id) => ({ ...amended(id, { action: 'tells', jotting: 'x' }), group_id })));
});

afterEach(() => notebook.close());

describe('taking back what was reported together', () => {
  it('writes inverses where the value still stands and tells the rest, also after a restart', async () => {
    await notebook.write([amended(two, { action: 'offers' })]);
    await notebook.close();
    notebook = await phone.open();
    const undo = undoGroup(await about(group_id), group_id);
    expect(undo.drafts).toEqual(
      [
        { kind: 'entry.amended', subject_id: one, payload: { action: 'asks', jotting: null } },
        { kind: 'entry.amended', subject_id: two, payload: { jotting: null } },
      ].sort((a, b) => (a.subject_id < b.subject_id ? -1 : 1)),
    );
    expect(undo.left).toEqual([{ subject_id: two, field: 'action' }]);
    await notebook.write(undo.drafts);
    expect([one, two].map((id) => notebook.get('entry', id)?.fields.action)).toEqual(['asks', 'offers']);
  });

  it('is told from what was reported alone', async () => {
    expect(await notebook.grouped()).toHaveLength(2);
  });

  it('does nothing a second time, and an undo that is a group itself is taken back too', async () => {
    const again = newId();
    const { drafts } = undoGroup(await about(group_id), group_id);
    await notebook.write(drafts.map((draft) => ({ ...draft, group_id: again })));
    expect(undoGroup(await about(group_id), group_id).drafts).toEqual([]);
    await notebook.write(undoGroup(await about(again), again).drafts);
    expect(notebook.get('entry', one)?.fields.action).toBe('tells');
  });

  it('takes away what the group began, and brings back what it retracted, unless somebody worked on it', async () => {
    const [split, group] = [newId(), newId()];
    const retracted = { kind: 'entry.retracted' as const, subject_id: one, payload: {}, group_id: group };
    await notebook.write([{ ...logged(visit, {}, split), group_id: group }, retracted]);
    const kinds = async () => undoGroup(await about(group), group).drafts.map(({ kind, subject_id }) => [kind, subject_id]).sort();
    expect(await kinds()).toEqual([['entry.restored', one], ['entry.retracted', split]].sort());
    await notebook.write([amended(split, { jotting: 'mine' })]);
    const undo = undoGroup(await about(group), group);
    expect(undo.drafts.map(({ kind }) => kind)).toEqual(['entry.restored']);
    expect(undo.left).toEqual([{ subject_id: split, field: 'jotting' }]);
  });

  it('leaves alone what nobody can take back', async () => {
    const [book, group] = [newId(), newId()];
    await notebook.write([{ kind: 'codebook.drafted', subject_id: book, payload: { version: 1, codes: [] }, group_id: group }]);
    expect(undoGroup(await about(group), group)).toEqual({ drafts: [], left: [{ subject_id: book, field: 'retracted' }] });
  });
});
