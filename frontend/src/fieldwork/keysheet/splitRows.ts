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
  const splitter = new Splitter(sign, first_line);
  for (let at = 0; at < text.length; at++) at += splitter.take(text.charAt(at), text.charAt(at + 1));
  return splitter.end();
}

/** Takes a text letter by letter. */
class Splitter {
  private readonly rows: Row[] = [];
  private cells: string[] = [];
  private cell = '';
  private begun: number;
  /** The line of the quotation mark that is open; 0 outside of one. */
  private open_at = 0;

  constructor(
    private readonly sign: string,
    private line: number,
  ) {
    this.begun = line;
  }

  /** Gives back how many of the following letters belonged to this one. */
  take(one: string, next: string): number {
    const isEnd = one === '\n' || (one === '\r' && next !== '\n');
    if (isEnd) this.line++;
    if (this.open_at > 0) return this.takeQuoted(one, next);
    if (one === '"' && !this.cell.trim()) [this.cell, this.open_at] = ['', this.line];
    else if (one === this.sign) this.endCell();
    else if (isEnd) this.endRow();
    else if (one !== '\r') this.cell += one;
    return 0;
  }

  end(): { rows: Row[] } | { open_at: number } {
    if (this.open_at > 0) return { open_at: this.open_at };
    if (this.cells.length > 0 || this.cell) this.endRow();
    return { rows: this.rows };
  }

  private takeQuoted(one: string, next: string): number {
    const isDouble = one === '"' && next === '"';
    if (one === '"' && !isDouble) this.open_at = 0;
    else this.cell += one;
    return isDouble ? 1 : 0;
  }

  private endCell(): void {
    this.cells.push(this.cell);
    this.cell = '';
  }

  private endRow(): void {
    this.endCell();
    this.rows.push({ line: this.begun, cells: this.cells });
    this.cells = [];
    this.begun = this.line;
  }
}
