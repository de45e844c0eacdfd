// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newPhone, started, type Phone } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import { strikeText } from '../store/strikes';
import { OpenNote, SAVE_AFTER_MS } from './note.svelte';
import { hasUnsaved } from './unsaved';

let phone: Phone;
let notebook: OpenNotebook;
let visit: string;
const notes: OpenNote[] = [];

function open(on = notebook): OpenNote {
  const note = new OpenNote(on, visit);
  notes.push(note);
  return note;
}

/** The database of the tests answers in its own time, which stands still for nobody. */
async function disk(): Promise<void> {
  for (let n = 0; n < 50; n += 1) await new Promise((resume) => setImmediate(resume));
}

const texts = (note: OpenNote): string[] => note.paragraphs.map(({ text }) => text);
const stored = (): string[] =>
  notebook.list('fieldnote').filter((one) => !one.retracted).map((one) => one.fields.text);

beforeEach(async () => {
  phone = newPhone();
  notebook = await phone.open();
  visit = newId();
  await notebook.write([started(visit)]);
});

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(notes.splice(0).map((note) => note.close()));
  await notebook.close();
});

describe('a field note while it is written', () => {
  it('is on the device after a breath and stands there again after a kill, though it was no change yet', async () => {
    const note = open();
    const id = note.insert(null, '', ['entry-1']);
    note.type(id, 'Vi bliver lukket ind.');
    await note.keep();
    expect(stored()).toEqual([]);
    const again = await phone.open();
    const taken = open(again);
    expect(taken.paragraphs).toMatchObject([{ id, text: 'Vi bliver lukket ind.', anchors: ['entry-1'] }]);
    expect(hasUnsaved(again, visit)).toBe(true);
    await taken.save();
    expect(hasUnsaved(again, visit)).toBe(false);
    await again.close();
  });

  it('becomes one change after a pause, however much was typed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const note = open();
    const id = note.insert(null);
    for (const text of ['V', 'Vi', 'Vi ser', 'Vi ser på']) {
      note.type(id, text);
      await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS - 1_000);
      await disk();
    }
    expect(stored()).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    vi.useRealTimers();
    await note.keep();
    expect(stored()).toEqual(['Vi ser på']);
    expect(await notebook.history(id)).toHaveLength(1);
    expect(note.standing).toBe('saved');
  });

  it('is saved when it is left, and a blank paragraph is not', async () => {
    const note = open();
    note.type(note.insert(null), 'Hun ler.');
    note.insert(null);
    await note.close();
    expect(stored()).toEqual(['Hun ler.']);
    expect(hasUnsaved(notebook, visit)).toBe(false);
  });

  it('is undone and done again, also past what was saved', async () => {
    const note = open();
    const id = note.insert(null, 'først');
    await note.save();
    note.takeOut(id);
    await note.save();
    expect(stored()).toEqual([]);
    note.undo();
    expect(texts(note)).toEqual(['først']);
    await note.save();
    expect(stored()).toEqual(['først']);
    note.redo();
    await note.save();
    expect(stored()).toEqual([]);
  });

  it('undoes typing in thoughts and steps one by one', () => {
    const note = open();
    const id = note.insert(null);
    note.type(id, 'a');
    note.type(id, 'ab');
    const second = note.split(id, 1);
    expect(texts(note)).toEqual(['a', 'b']);
    note.join(second);
    note.undo();
    expect(texts(note)).toEqual(['a', 'b']);
    note.undo();
    expect(texts(note)).toEqual(['ab']);
    note.undo();
    expect(texts(note)).toEqual(['']);
  });
});

describe('two who write in one note', () => {
  async function elsewhere(id: string, text: string, parents: string[]): Promise<void> {
    await notebook.write([{ kind: 'fieldnote.amended', subject_id: id, payload: { text }, parents }]);
  }

  it('see each other where nobody is typing', async () => {
    const note = open();
    const id = note.insert(null, 'mit');
    await note.save();
    await elsewhere(id, 'vores', notebook.parentsOf(id, ['text']));
    note.refresh();
    expect(texts(note)).toEqual(['vores']);
    note.undo();
    note.redo();
    expect(texts(note)).toEqual(['vores']);
  });

  it('keep both texts side by side, and typing on replaces neither', async () => {
    const note = open();
    const id = note.insert(null, 'fælles');
    await note.save();
    note.type(id, 'min tanke');
    await elsewhere(id, 'din tanke', notebook.parentsOf(id, ['text']));
    note.refresh();
    expect(texts(note)).toEqual(['min tanke']);
    await note.save();
    note.refresh();
    expect(texts(note)).toEqual(['min tanke']);
    note.type(id, 'min tanke videre');
    await note.save();
    const conflict = notebook.get('fieldnote', id)?.conflicts.find(({ field }) => field === 'text');
    expect(conflict?.values.map(({ value }) => value).sort()).toEqual(['din tanke', 'min tanke videre']);
  });

  it('are kept apart across a kill as well', async () => {
    const note = open();
    const id = note.insert(null, 'fælles');
    await note.save();
    const seen = notebook.parentsOf(id, ['text']);
    note.type(id, 'min tanke');
    await note.keep();
    await elsewhere(id, 'din tanke', seen);
    const again = open();
    expect(texts(again)).toEqual(['min tanke']);
    await again.save();
    expect(notebook.get('fieldnote', id)?.conflicts.map(({ field }) => field)).toEqual(['text']);
  });
});

describe('words struck in what is saved', () => {
  it('go from the screen, and no step leads back to them', async () => {
    const note = open();
    const id = note.insert(null, 'Karen siger nej');
    await note.save();
    await notebook.write([strikeText(id, 'Karen', 'C1')]);
    note.refresh();
    expect(texts(note)).toEqual(['C1 siger nej']);
    expect(note.undoable).toEqual([]);
  });
});

describe('words struck while somebody writes', () => {
  it('are out of what is typed, of what is kept and of every step back', async () => {
    const note = open();
    const id = note.insert(null, 'Karen siger nej');
    await note.save();
    note.type(id, 'Karen siger nej igen');
    await note.keep();
    await notebook.write([strikeText(id, 'Karen', 'C1')]);
    note.refresh();
    expect(texts(note)).toEqual(['C1 siger nej igen']);
    expect(note.undoable).toEqual([]);
    await note.save();
    expect(stored()).toEqual(['C1 siger nej igen']);
  });

  it.each([true, false])('what is saved names the strike where it was looked at (kept: %s), and there alone', async (isKept) => {
    const note = open();
    const id = note.insert(null, 'Karen siger nej');
    await note.save();
    note.type(id, 'Karen siger nej igen');
    if (isKept) await note.keep();
    await notebook.write([strikeText(id, 'Karen', 'C1')]);
    note.refresh();
    await note.keep();
    note.refresh();
    await note.save();
    const by = notebook.get('fieldnote', id)!.struck_by!;
    const saved = (await notebook.history(id)).at(-1)!;
    expect([saved.kind, by.length, by.every((one) => saved.parents.includes(one))]).toEqual(['fieldnote.amended', 1, isKept]);
  });
});
