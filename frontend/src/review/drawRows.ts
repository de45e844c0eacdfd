/** What a row reads as: names in the reader's language, looked up once and not for every row. */
import { colorOf, fieldCodebook, labelOf, NONE_OF_THESE, UNCLEAR, type Code } from '../fieldwork/codes';
import { meId } from '../fieldwork/people';
import { personsIn } from '../fieldwork/survivor';
import { m } from '../i18n/paraglide/messages.js';
import type { Notebook } from '../store/notebook';
import type { EntrySubject } from '../store/subjects';

export interface Drawing {
  who(id: string | null | undefined): string;
  /** The id of who somebody turned out to be. */
  personOf(id: string): string;
  code(dimension: Code['dimension'], key: string | null | undefined): string;
  color(structure: string | null | undefined): string;
  /** What an entry is that has no code. */
  kind(entry: EntrySubject): string;
  standing(entry: EntrySubject): string;
}

export function drawingOf(notebook: Notebook, locale: string): Drawing {
  const codes = new Map((fieldCodebook(notebook)?.codes ?? []).map((code) => [`${code.dimension} ${code.key}`, code]));
  const actors = new Map(notebook.list('actor').map(({ id, fields }) => [id, fields.label]));
  actors.set(meId(notebook), m.actor_me());
  const { survivors } = personsIn(notebook);
  const always: Record<string, string> = { [UNCLEAR]: m.structure_unclear(), [NONE_OF_THESE]: m.structure_none_of_these() };
  return {
    who: (id) => (id ? (actors.get(survivors.get(id) ?? id) ?? actors.get(id) ?? '?') : ''),
    personOf: (id) => survivors.get(id) ?? id,
    code: (dimension, key) => {
      if (!key) return '';
      return (dimension === 'structure' && always[key]) || labelOf(codes.get(`${dimension} ${key}`), key, locale);
    },
    color: (key) => colorOf(key ? codes.get(`structure ${key}`) : undefined),
    kind: ({ fields: { action, structure, kind } }) => {
      if (action || structure) return '';
      return kind === 'note' ? m.entry_note() : kind === 'reflection' ? m.entry_reflection() : m.entry_mark();
    },
    standing: sayStanding,
  };
}

function sayStanding(entry: EntrySubject): string {
  if (entry.retracted) return m.entry_is_retracted();
  if (entry.fields.merged_into) return m.review_merged();
  if (entry.conflicts.length > 0) return m.review_conflict();
  return entry.is_on_server ? m.review_on_server() : m.review_on_phone();
}
