/** A table in a text file: cells between commas, semicolons or tabs, with quotes around what holds one of them. Pure. */

export interface Row {
  /** Of the file, from 1; a cell may go over several lines. */
  readonly line: number;
  readonly cells: readonly string[];
}

const SIGNS = [';', '\t', ','] as const;

/** The rows; or the line of a quotation mark that nothing closes. */
export function splitRows(text: string): { rows: Row[] } | { open_at: number } {
  const told = /^sep=(.)\r?\n/i.exec(text);
  const plain = told ? text.slice(told[0].length) : text;
  return split(plain, told?.[1] ?? signOf(plain), told ? 2 : 1);
}

export function isNothing({ cells }: Row): boolean {
  return cells.every((cell) => !cell.trim());
}

/** What stands most often in the first line that says something, outside quotes; the first of equals. */
function signOf(text: string): string {
  const first = text.split(/\r\n|\r|\n/).find((line) => line.trim()) ?? '';
  const bare = first.replace(/"[^"]*"/g, '');
  const often = SIGNS.map((sign) => bare.split(sign).length);
  return SIGNS[often.indexOf(Math.max(...often))] ?? ';';
}

function split(text: string, sign: string, first_line: number): { rows: Row[] } | { open_at: number } {
  const rows: Row[] = [];
  let [cells, cell, line, begun, open_at]: [string[], string, number, number, number] = [[], '', first_line, first_line, 0];
  const endRow = (): void => {
    rows.push({ line: begun, cells: [...cells, cell] });
    [cells, cell, begun] = [[], '', line];
  };
  for (let at = 0; at < text.length; at++) {
    const one = text.charAt(at);
    const isEnd = one === '\n' || (one === '\r' && text.charAt(at + 1) !== '\n');
    if (isEnd) line++;
    if (open_at > 0 && one === '"' && text.charAt(at + 1) === '"') {
      cell += text.charAt(at++);
    } else if (open_at > 0 && one === '"') {
      open_at = 0;
    } else if (open_at > 0) {
      cell += one;
    } else if (one === '"' && !cell.trim()) {
      [cell, open_at] = ['', line];
    } else if (one === sign) {
      cells.push(cell);
      cell = '';
    } else if (isEnd) {
      endRow();
    } else if (one !== '\r') {
      cell += one;
    }
  }
  if (open_at > 0) return { open_at };
  if (cells.length > 0 || cell) endRow();
  return { rows };
}
