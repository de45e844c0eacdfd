// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syncOnce } from '../sync/engine';
import { MemoryServer } from '../sync/memoryServer';
import type { FedChange } from './changes';
import { replaceShown } from '../fieldwork/asShown';
import { amended, logged, newPhone, started, type Phone } from './forTests';
import { newId } from './identity';
import type { OpenNotebook } from './openNotebook';
import { StoredPhoneCopy } from './phoneCopy';
import { findWords } from './redact';
import { strikeMinutes } from './strikeMinutes';
import { strikeText } from './strikes';

const NAME = 'Annemette';
let phone: Phone;
let notebook: OpenNotebook;
let copy: StoredPhoneCopy;

beforeEach(async () => {
  phone = newPhone();
  notebook = await phone.open();
  copy = new StoredPhoneCopy(notebook.notes, phone.device_id, { changes: 500, bytes: 240_000 });
});
afterEach(() => notebook.close());

/** Everything the phone's database holds, as text. */
async function bytes(): Promise<string> {
  return notebook.notes.connection.use(async (db) => {
    const stores = [...db.objectStoreNames];
    return JSON.stringify(await Promise.all(stores.map((store) => db.getAll(store))));
  });
}

async function feed(...changes: Partial<FedChange>[]): Promise<void> {
  const place = await copy.place();
  if (!place.epoch) await copy.enterEpoch(EPOCH);
  await copy.keepPage(place.cursor, { epoch: EPOCH, changes: changes as FedChange[], cursor: place.cursor + changes.length });
}

const EPOCH = '0192a000-0000-7000-8000-00000000aaaa';
const FED = { seq: 9, author: 'observer-2', received_at: '2026-03-02T10:00:00.000+00:00' };

describe('words struck on this phone', () => {
  it('are named by every later edit, so that the server knows it was made without them', async () => {
    const id = newId();
    await notebook.write([logged('visit', { jotting: `${NAME} går` }, id)]);
    const [strike] = await notebook.write([strikeText(id, NAME, 'C1')]);
    const [edit] = await notebook.write([amended(id, { jotting: 'hun går' })]);
    expect(edit?.parents).toContain(strike?.change_id);
  });

  it('vanish from every version at once, sent or not, and wait with the strike until it has arrived', async () => {
    const id = newId();
    await notebook.write([logged('visit', { jotting: `${NAME} går` }, id)]);
    const server = new MemoryServer();
    await syncOnce(copy, server);
    await notebook.write([amended(id, { jotting: `${NAME} kommer` })]);
    await notebook.write([strikeText(id, NAME, 'C1')]);
    expect(notebook.get('entry', id)?.fields.jotting).toBe('C1 kommer');
    const [edit, strike] = await copy.nextBatch();
    expect(edit).toMatchObject({ payload: { jotting: 'C1 kommer' }, redacted: { mode: 'words', by: strike!.change_id } });
    // By place too: a restored server may lack a change and not know the words any more when it is offered again.
    expect(strike?.payload).toEqual({ words: NAME, replacement: 'C1', places: expect.any(Array) as unknown });
    const places = (await notebook.history(id)).slice(0, 2).map(({ change_id }) => ({ change_id, path: ['jotting'], at: 0, length: 9 }));
    expect(strike?.payload.places).toEqual(places);
    const stub = { ...strike!, payload: { replacement: 'C1' }, redacted: { mode: 'words', by: strike!.change_id } };
    await copy.settle(server.epoch, [
      { change_id: edit!.change_id, verdict: 'stored' },
      { change_id: strike!.change_id, verdict: 'erased', stub },
    ]);
    expect(await bytes()).not.toContain(NAME);
    expect(notebook.counts()).toMatchObject({ unsent: 0, parked: 0 });
  });
});

describe('a text being typed', () => {
  it('loses struck words, and goes with the thing that is erased, here and from elsewhere', async () => {
    const [visit, one, other, far] = [newId(), newId(), newId(), newId()];
    const at = '2026-03-02T09:05:00.000+01:00';
    await notebook.write([started(visit), ...[one, far].map((id) => logged(visit, { jotting: NAME }, id))]);
    await notebook.write([logged(visit, { jotting: NAME, started_at: at }, other)]);
    for (const id of [one, other, far]) await notebook.saveDraft(`jotting:${id}`, `${NAME} ${id === far ? 'far' : 'near'}`);
    await notebook.write([strikeText(one, NAME, 'C1')]);
    expect(notebook.draft(`jotting:${one}`)).toBe('C1 near');
    expect(notebook.draft(`jotting:${far}`)).toBe(`${NAME} far`);
    await notebook.write(strikeMinutes(visit, at, at));
    expect(notebook.draft(`jotting:${other}`)).toBeUndefined();
    const told = { kind: 'subject.redacted' as const, subject_id: far, payload: { mode: 'erased', changes: [] }, parents: [] };
    await feed({ ...FED, ...told, change_id: newId(), device_id: newId(), device_seq: 1, made_at: at });
    expect(notebook.draft(`jotting:${far}`)).toBeUndefined();
    expect(await bytes()).not.toContain(`${NAME} near`);
    expect(await bytes()).not.toContain(`${NAME} far`);
  });
});

/** The server's word that words were struck in one change of a thing, with what is left of it. */
function told(change: { change_id: string; subject_id: string; payload: object }, left: object): Partial<FedChange> {
  const by = newId();
  const stub = { ...change, ...FED, payload: { ...change.payload, ...left }, redacted: { mode: 'words', by } };
  const said = { kind: 'subject.redacted' as const, subject_id: change.subject_id, parents: [] };
  const redaction = { ...FED, ...said, change_id: by, device_id: newId(), device_seq: 1, made_at: FED.received_at, stubs: [stub] };
  return { ...redaction, payload: { mode: 'words', changes: [change.change_id] } } as unknown as Partial<FedChange>;
}

describe('a text being typed about a thing in which words are struck elsewhere', () => {
  it.each([
    ['more was typed behind', `${NAME} siger nej`, 'C1 siger nej', `${NAME} siger nej, og ${NAME} går`, 'C1 siger nej, og C1 går'],
    ['all was typed anew', `hos ${NAME}s søn`, 'hos C1s søn', `${NAME.toUpperCase()} kom, hos ${NAME} nu`, '▮ kom, hos ▮ nu'],
    ['two names went', `${NAME} og Bo`, 'C1 og C2', `Bo med ${NAME}, Bodil ser til`, '▮ med ▮, Bodil ser til'],
    ['a name that the new one begins like', 'Anna går', 'Anne går', 'så Anna går nu', 'så Anne går nu'],
    ['nothing of it is there', `${NAME} siger`, 'C1 siger', 'hun sagde nej', 'hun sagde nej'],
  ])('loses them too: %s', async (_name, before, after, typed, left) => {
    const [id, far] = [newId(), newId()];
    const [made] = await notebook.write([logged('visit', { jotting: before }, id), logged('visit', { jotting: before }, far)]);
    for (const one of [id, far]) await notebook.saveDraft(`jotting:${one}`, typed);
    await feed(told(made!, { jotting: after }));
    expect(notebook.draft(`jotting:${id}`)).toBe(left);
    expect(notebook.draft(`jotting:${far}`)).toBe(typed);
    await notebook.notes.reload();
    expect(notebook.draft(`jotting:${id}`)).toBe(left);
  });

  it('an edit of what a form showed before names no strike that came since, one that it begins with names it', async () => {
    const id = newId();
    const [made] = await notebook.write([logged('visit', { jotting: `${NAME} siger` }, id)]);
    const shown = notebook.get('entry', id)!;
    await feed(told(made!, { jotting: 'C1 siger' }));
    const now = notebook.get('entry', id)!;
    const edits = await notebook.write([shown, now].map((one) => replaceShown(one, 'entry.amended', { jotting: 'nej' })));
    expect(edits.map(({ parents }) => parents.filter((one) => now.struck_by?.includes(one)).length)).toEqual([0, 1]);
    expect(edits.every(({ parents }) => parents.includes(made!.change_id))).toBe(true);
  });
});

describe('texts that are about no one thing', () => {
  const FILTERS = 'review-filters';
  const kept = (name: string, text: string) => ({ name, filters: { visit: 'ane-1', text } });
  const filters = () => JSON.parse(notebook.draft(FILTERS) ?? 'null') as unknown;

  it('lose words that are struck here: memos that were begun, and filters however they are written', async () => {
    const id = newId();
    await notebook.write([logged('visit', { jotting: `${NAME} går` }, id)]);
    await notebook.saveDraft('memo-new:', `Hvem er ${NAME}?`);
    await notebook.saveDraft(FILTERS, JSON.stringify([kept(`med ${NAME}`, 'annemette siger'), kept('køkken', 'køkken')]));
    await notebook.write([strikeText(id, NAME, 'C1')]);
    expect(notebook.draft('memo-new:')).toBe('Hvem er C1?');
    expect(filters()).toEqual([kept('med C1', 'C1 siger'), kept('køkken', 'køkken')]);
    expect((await bytes()).toLowerCase()).not.toContain(`er ${NAME.toLowerCase()}`);
    expect((await bytes()).toLowerCase()).not.toContain('annemette siger');
  });

  it('lose what was struck elsewhere where filters could hold it, and nothing else', async () => {
    const id = newId();
    const [first] = await notebook.write([logged('visit', { jotting: `${NAME} går` }, id)]);
    await notebook.saveDraft('memo-new:', `Hvem er ${NAME}?`);
    await notebook.saveDraft(FILTERS, JSON.stringify([kept(`${NAME} og`, 'annemette siger'), kept('går', 'går'), kept('a', 'køkken')]));
    const by = newId();
    const stub = { ...first!, ...FED, payload: { ...first!.payload, jotting: '▮ går' }, redacted: { mode: 'words', by } };
    const told = { kind: 'subject.redacted' as const, subject_id: id, payload: { mode: 'words', changes: [first!.change_id] }, parents: [] };
    await feed({ ...FED, ...told, change_id: by, device_id: newId(), device_seq: 1, made_at: FED.received_at, stubs: [stub] } as unknown as Partial<FedChange>);
    expect(notebook.get('entry', id)?.fields.jotting).toBe('▮ går');
    expect(filters()).toEqual([kept('▮ og', ''), kept('går', 'går'), kept('a', 'køkken')]);
    expect(notebook.draft('memo-new:')).toBe(`Hvem er ${NAME}?`);
  });
});

describe('places of words', () => {
  it('are counted in code points, in texts alone, one after the other', () => {
    const payload = { jotting: `🙂 ${NAME}, ${NAME}`, action: NAME, codes: [{ label: { da: `x${NAME}` } }] };
    expect(findWords(payload, NAME)).toEqual([
      { path: ['jotting'], at: 2, length: 9 },
      { path: ['jotting'], at: 13, length: 9 },
      { path: ['codes', 0, 'label', 'da'], at: 1, length: 9 },
    ]);
    expect(findWords({ text: 'aaa' }, 'aa')).toEqual([{ path: ['text'], at: 0, length: 2 }]);
  });
});

describe('minutes struck on this phone', () => {
  it('take their entries with all their versions, and leave a gap', async () => {
    const visit = newId();
    const [kept, gone] = [newId(), newId()];
    await notebook.write([started(visit), logged(visit, { jotting: 'vent lidt' }, kept)]);
    await notebook.write([logged(visit, { jotting: NAME, started_at: '2026-03-02T09:10:00.000+01:00' }, gone)]);
    await notebook.write([amended(gone, { jotting: `${NAME} igen` })]);
    await notebook.write(strikeMinutes(visit, '2026-03-02T09:09:00.000+01:00', '2026-03-02T09:12:00.000+01:00'));
    expect(notebook.entriesOf(visit).map(({ id }) => id)).toEqual([kept]);
    expect(notebook.get('entry', gone)).toBeUndefined();
    expect(notebook.list('gap').map(({ fields }) => fields.kind)).toEqual(['struck']);
    expect(await bytes()).not.toContain(NAME);
    expect(JSON.stringify(await copy.nextBatch())).not.toContain(NAME);
  });
});

describe('a redaction from the feed', () => {
  it('puts its stubs in the place of what is here, and wipes what it does not show', async () => {
    const id = newId();
    const [first] = await notebook.write([logged('visit', { jotting: `${NAME} går` }, id)]);
    const [second] = await notebook.write([amended(id, { jotting: `${NAME} kommer` })]);
    const by = newId();
    const stub = { ...first!, ...FED, payload: { ...first!.payload, jotting: '▮ går' }, redacted: { mode: 'words', by } };
    const changes = [first!.change_id, second!.change_id];
    const told = { ...first!, ...FED, change_id: by, kind: 'subject.redacted', payload: { mode: 'words', changes } };
    await feed({ ...told, stubs: [stub as FedChange] });
    expect(notebook.get('entry', id)?.fields.jotting).toBe('▮ går');
    expect(await bytes()).not.toContain(NAME);
  });

  it('erases a thing with what was never sent of it, and a full copy that comes later does not bring it back', async () => {
    const id = newId();
    const [first] = await notebook.write([logged('visit', { jotting: NAME }, id)]);
    const told = { ...first!, ...FED, change_id: newId(), kind: 'subject.redacted', payload: { mode: 'erased' } };
    await feed(told);
    await feed({ ...first!, ...FED });
    expect(notebook.get('entry', id)).toBeUndefined();
    expect(await bytes()).not.toContain(NAME);
    expect(JSON.stringify(await copy.nextBatch())).not.toContain(NAME);
  });
});

describe('stop for this person', () => {
  it('stands on the person, and can be lifted', async () => {
    const id = newId();
    await notebook.write([{ kind: 'actor.added', subject_id: id, payload: { label: 'C1', kind: 'citizen' } }]);
    const at = '2026-03-02T09:10:00.000+01:00';
    await notebook.write([{ kind: 'person.stopped', subject_id: id, payload: { stopped_at: at, stopped_in: newId() } }]);
    expect(notebook.get('actor', id)?.fields.stopped_at).toBe(at);
    await notebook.write([{ kind: 'actor.amended', subject_id: id, payload: { stopped_at: null, stopped_in: null } }]);
    expect(notebook.get('actor', id)?.fields.stopped_at).toBeNull();
  });
});
