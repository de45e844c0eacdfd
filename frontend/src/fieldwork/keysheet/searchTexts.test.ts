// @vitest-environment node
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { logged, newPhone, started } from '../../store/forTests';
import { newId } from '../../store/identity';
import type { OpenNotebook } from '../../store/openNotebook';
import { strikeWords } from '../../store/redact';
import { strikeText } from '../../store/strikes';
import { nameFinder } from './findNames';
import { searchTexts, WRITTEN_IN } from './searchTexts';

const find = nameFinder([{ pseudonym: 'C1', names: ['Karen Holm'] }]);
const [visit, c1, entry, note, memo] = [newId(), newId(), newId(), newId(), newId()];
let notebook: OpenNotebook;

async function found(): Promise<string[]> {
  const searched = await searchTexts(notebook, find, () => true);
  return (searched?.places ?? []).map(({ type, text, isEarlier }) => `${type}${isEarlier ? ' earlier' : ''}: ${text}`).sort();
}

beforeEach(async () => {
  notebook = await newPhone().open();
  await notebook.write([
    started(visit),
    { kind: 'actor.added', subject_id: c1, payload: { label: 'C1', kind: 'citizen' } },
    logged(visit, { jotting: 'så siger hun nej', actor_id: c1 }, entry),
    { kind: 'fieldnote.written', subject_id: note, payload: { encounter_id: visit, text: 'Karen er ude', position: 1, anchors: [entry] } },
  ]);
});
afterEach(() => notebook.close());

it('looks into jottings, reflections, notes, memos, labels and titles', async () => {
  await notebook.write([
    logged(visit, { jotting: 'karen siger nej' }),
    logged(visit, { jotting: 'jeg kan ikke lide Karen', kind: 'reflection' }),
    logged(visit, { jotting: 'ingen' }),
    { kind: 'memo.written', subject_id: memo, payload: { about: [{ type: 'actor', id: c1 }], text: 'om Karens ord' } },
    { kind: 'actor.added', subject_id: newId(), payload: { label: 'Karen', kind: 'citizen', agency: 'Holm' } },
    { kind: 'encounter.amended', subject_id: visit, payload: { setting: 'hos Karen Holm' } },
    { kind: 'gap.recorded', subject_id: newId(), payload: { encounter_id: visit, kind: 'off_record', from: '2026-03-02T09:01:00.000+01:00', reason: 'Karen' } },
    { kind: 'study.amended', subject_id: notebook.study_id, payload: { title: 'Karen og de andre' } },
  ]);
  expect(await found()).toEqual([
    'actor: Holm', 'actor: Karen', 'encounter: hos Karen Holm', 'entry: jeg kan ikke lide Karen', 'entry: karen siger nej',
    'fieldnote: Karen er ude', 'gap: Karen', 'memo: om Karens ord', 'study: Karen og de andre',
  ]);
});

it('finds what an edit has left in the history, and nothing any more after a strike', async () => {
  await notebook.write([{ kind: 'fieldnote.amended', subject_id: note, payload: { text: 'Hun er ude' } }]);
  expect(await found()).toEqual(['fieldnote earlier: Karen er ude']);
  await notebook.write([strikeText(note, 'Karen', 'C1')]);
  expect(await found()).toEqual([]);
});

it('leaves alone what is held, and what was written of it', async () => {
  await notebook.write([{ kind: 'entry.amended', subject_id: entry, payload: { jotting: 'Karen siger nej' } }]);
  expect(await found()).toHaveLength(2);
  await notebook.write([{ kind: 'person.stopped', subject_id: c1, payload: { stopped_at: '2026-03-02T09:02:00.000+01:00', stopped_in: visit } }]);
  expect(await found()).toEqual([]);
});

it('counts the texts, and ends when nobody waits any more', async () => {
  const searched = await searchTexts(notebook, find, () => true);
  expect(searched?.n_texts).toBe(4); // setting, label, jotting, note
  expect(await searchTexts(notebook, find, () => false)).toBeUndefined();
});

it('knows every field in which words are struck', () => {
  const names = new Set(readFileSync('src/store/subjects.ts', 'utf8').match(/\w+/g));
  const struckIn = [...names].filter((name) => strikeWords({ [name]: 'Karen' }, 'Karen', '')[name] === '' && name !== 'words');
  expect(struckIn.sort()).toEqual([...WRITTEN_IN].sort());
});
