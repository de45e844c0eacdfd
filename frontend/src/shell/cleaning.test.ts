import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IDBFactory } from 'fake-indexeddb';
import { newPhone, started } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import { Cleaning, TAB } from './cleaning';

// Files share their modules; the one that is taken the place of here must be loaded anew, and again after these tests.
const cleared = vi.hoisted(() => (vi.resetModules(), { meanwhile: () => undefined as unknown, n: 0 }));
afterAll(() => void vi.resetModules());
vi.mock('../sync/clearDisk', () => ({
  clearDisk: () => {
    cleared.n += 1;
    cleared.meanwhile();
    return Promise.resolve(true);
  },
}));

const place = { hash: '#/', reload: vi.fn() };
const renew = vi.fn(() => Promise.resolve());
const files = { isSettled: true, renew };
let notebook: OpenNotebook;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  cleared.n = 0;
  files.isSettled = true;
  cleared.meanwhile = () => undefined;
  place.hash = '#/';
  vi.stubGlobal('location', place);
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('navigator', { locks: { query: () => Promise.resolve({ held: [{ name: TAB }] }), request: (_name: string, _how: object, work: () => unknown) => work() } });
  notebook = await newPhone().open();
  await vi.waitFor(() => expect(notebook.notes.isComplete).toBe(true));
  Object.assign(notebook.notes.standing, { is_unclean: true });
});

afterEach(() => {
  vi.clearAllMocks();
  vi.unstubAllGlobals();
});

const start = () => notebook.write([started(newId())]);
const end = (id: string) => notebook.write([{ kind: 'encounter.ended', subject_id: id, payload: { ended_at: '2026-03-02T10:00:00.000+01:00' } }]);

describe('clearing the disk', () => {
  it('starts anew where nobody is at anything', async () => {
    await new Cleaning(notebook, 'device', files).run();
    expect([cleared.n, place.reload.mock.calls.length, renew.mock.calls.length]).toEqual([1, 1, 0]);
  });

  it('does not begin while a worker is being put in place or notes are being read, and wants to come back', async () => {
    const cleaning = new Cleaning(notebook, 'device', files);
    files.isSettled = false;
    expect(await cleaning.run()).toBe(true);
    files.isSettled = true;
    notebook.notes.isComplete = false;
    expect(await cleaning.run()).toBe(true);
    expect([cleared.n, place.reload.mock.calls.length]).toEqual([0, 0]);
    notebook.notes.isComplete = true;
    expect(await cleaning.run()).toBe(false);
    expect([cleared.n, place.reload.mock.calls.length]).toEqual([1, 1]);
  });

  it('does not begin when somebody has gone elsewhere while the saves before it were waited for', async () => {
    void notebook.write([started(newId())]).then(() => undefined);
    const cleaning = new Cleaning(notebook, 'device', files).run();
    place.hash = '#/today';
    await cleaning;
    expect([cleared.n, place.reload.mock.calls.length]).toEqual([0, 0]);
  });

  it('leaves an encounter that was started during it on the disk and in peace, and starts anew after it', async () => {
    let saved: ReturnType<typeof start> | undefined;
    cleared.meanwhile = () => {
      saved = start();
      place.hash = '#/capture';
    };
    const cleaning = new Cleaning(notebook, 'device', files);
    await cleaning.run();
    expect([cleared.n, place.reload.mock.calls.length, renew.mock.calls.length]).toEqual([1, 0, 1]);
    const [change] = (await saved) ?? [];
    expect((await notebook.unsent()).map(({ change_id }) => change_id)).toEqual([change?.change_id]);
    await cleaning.run();
    expect(place.reload).not.toHaveBeenCalled();
    await end(String(change?.subject_id));
    place.hash = '#/';
    await cleaning.run();
    expect([cleared.n, place.reload.mock.calls.length]).toEqual([1, 1]);
  });

  it('waits for what was saved during it before it starts anew', async () => {
    const order: string[] = [];
    cleared.meanwhile = () => void notebook.write([{ kind: 'memo.written', subject_id: newId(), payload: { text: 'x', about: [] } }]).then(() => order.push('saved'));
    place.reload.mockImplementation(() => void order.push('reload'));
    await new Cleaning(notebook, 'device', files).run();
    expect(order).toEqual(['saved', 'reload']);
  });
});
