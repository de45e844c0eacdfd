/** The key sheet to fill in: everybody of the study by pseudonym, and an empty place for the name. Pure but for the notebook. */
import type { Notebook } from '../store/notebook';
import type { ActorKind, Stamp } from '../store/subjects';
import { KINDS } from './kinds';
import { personsOf } from './persons';

export interface SheetRow {
  readonly id: string;
  readonly kind: ActorKind;
  readonly label: string;
  /** Pseudonyms that turned out to be this one. */
  readonly also: readonly string[];
  readonly agency: string;
  readonly added_at: Stamp | undefined;
}

/** By kind, as people stand in the list. Observers are no pseudonyms to anybody here. */
export async function sheetRows(notebook: Notebook): Promise<SheetRow[]> {
  const persons = personsOf(notebook.list('actor')).filter(({ actor }) => actor.fields.kind !== 'observer');
  const rows = await Promise.all(
    persons.map(async ({ actor, merged }): Promise<SheetRow> => {
      const { label, kind, agency } = actor.fields;
      const added = (await notebook.history(actor.id)).find((change) => change.kind === 'actor.added');
      return { id: actor.id, kind, label, also: merged.map(({ fields }) => fields.label), agency: agency ?? '', added_at: added?.made_at };
    }),
  );
  return rows.sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
}

/** A table for a spreadsheet: pseudonyms, and a column to be filled in. With the mark by which it knows the letters. */
export function emptyTable(rows: readonly SheetRow[], heading: readonly [string, string]): string {
  const lines = [heading, ...rows.flatMap(({ label, also }) => [label, ...also]).map((label) => [cellOf(label), ''])];
  return `\ufeff${lines.map((cells) => cells.join(';')).join('\r\n')}\r\n`;
}

/** What a spreadsheet would take for a formula stands behind an apostrophe. */
function cellOf(label: string): string {
  const plain = label.replace(/^(?=[=+@\t-])/, "'");
  return /[;"\r\n\t,]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
