/** Rows of a file in words: what was wrong with them, and what they became. */
import { m } from '../i18n/paraglide/messages.js';

interface Format {
  name: string;
  suffix: string;
}

interface Note {
  code: string;
  text: Record<string, string>;
}

/** The format that a file's name speaks for; its user may choose another. */
export function formatOf(formats: readonly Format[], file: string | undefined): string | undefined {
  const name = file?.toLowerCase() ?? '';
  const ending = name.endsWith('.yml') ? '.yaml' : name;
  return formats.find(({ suffix }) => ending.endsWith(suffix))?.name;
}

/** `Row 4, entries.kind: not what belongs there`. */
export function sayRow(loc: readonly (string | number)[], code: string): string {
  const [row, where] = loc;
  const place = where ? m.import_row_in({ row: row ?? 0, where }) : m.import_row({ row: row ?? 0 });
  return `${place}: ${sayCode(code)}`;
}

function sayCode(code: string): string {
  const sentences: Record<string, () => string> = {
    'boris.behaviour_unknown': m.import_code_behaviour,
    'boris.subject_unknown': m.import_code_subject,
    'cell.unreadable': m.import_code_cell,
    'change.content_invalid': m.import_code_content,
    'codebook.no_codes': m.import_code_no_codes,
    'column.missing': m.import_code_column,
    'file.no_clock_times': m.import_code_no_clock,
    'line.codebook_missing': m.import_code_codebook,
    'line.differs': m.import_code_differs,
    'line.not_json': m.import_code_format,
    'line.type_unknown': m.import_code_type,
    'row.cells': m.import_code_cells,
    'table.missing': m.import_code_table,
  };
  if (/^file\.not_/.test(code)) return m.import_code_format();
  return sentences[code]?.() ?? code;
}

/** What things are called where they are counted. */
export function sayThings(kind: string): string {
  const names: Record<string, () => string> = {
    actor: m.import_things_actor,
    code: m.import_things_code,
    codebook: m.import_things_codebook,
    consent: m.import_things_consent,
    encounter: m.import_things_encounter,
    entry: m.import_things_entry,
    fieldnote: m.import_things_fieldnote,
    gap: m.import_things_gap,
    memo: m.import_things_memo,
    study: m.import_things_study,
  };
  return names[kind]?.() ?? kind;
}

/** Notes of one kind together, with their number. */
export function groupNotes(notes: readonly Note[]): (Note & { n: number })[] {
  const groups = new Map<string, Note & { n: number }>();
  for (const note of notes) {
    groups.set(note.code, { code: note.code, text: note.text, n: (groups.get(note.code)?.n ?? 0) + 1 });
  }
  return [...groups.values()];
}
