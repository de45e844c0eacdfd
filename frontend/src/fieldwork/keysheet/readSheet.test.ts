import { describe, expect, it } from 'vitest';
import { foldLabel, MOST_BYTES, readSheet, type SheetRead } from './readSheet';

const LABELS = new Map(['P1', 'C1', 'C2', 'Tulipan', 'Å1', '=C9'].map((label) => [foldLabel(label), label]));
LABELS.set('x1', 'C1'); // X1 turned out to be C1

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const windows = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const read = (text: string): SheetRead => readSheet(utf8(text), LABELS);

function named(sheet: SheetRead): Record<string, readonly string[]> {
  if (!('persons' in sheet)) throw new Error('a problem');
  return Object.fromEntries(sheet.persons.map(({ pseudonym, names }) => [pseudonym, names]));
}

function wrong(sheet: SheetRead): string {
  return 'problem' in sheet ? [sheet.problem.code, ...sheet.problem.lines].join(' ') : 'nothing is wrong';
}

describe('a key sheet is read', () => {
  const both = { C1: ['Karen Holm'], C2: ['Søren'] };

  it.each([
    ['semicolons', 'pseudonym;name\nC1;Karen Holm\nC2;Søren\n'],
    ['commas', 'pseudonym,name\nC1,Karen Holm\nC2,Søren\n'],
    ['tabs', 'pseudonym\tname\nC1\tKaren Holm\nC2\tSøren\n'],
    ['no heading', 'C1;Karen Holm\nC2;Søren'],
    ['a Danish heading', 'Pseudonym;Navn\nC1;Karen Holm\nC2;Søren'],
    ['the other order', 'name;pseudonym\nKaren Holm;C1\nSøren;C2'],
    ['Windows line ends', 'pseudonym;name\r\nC1;Karen Holm\r\nC2;Søren\r\n'],
    ['line ends of old', 'pseudonym;name\rC1;Karen Holm\rC2;Søren\r'],
    ['a mark of byte order', '\ufeffpseudonym;name\nC1;Karen Holm\nC2;Søren'],
    ['a word to the spreadsheet', 'sep=;\r\npseudonym;name\r\nC1;Karen Holm\r\nC2;Søren'],
    ['quotes around everything', '"pseudonym";"name"\n"C1";"Karen Holm"\n"C2";"Søren"'],
    ['empty lines and cells', '\n;;\nC1;Karen Holm;;\n\n  C2 ;  Søren ;\n;\n'],
    ['letters in pieces', 'C1;Karen Holm\nC2;So\u0338ren'.replace('o\u0338', 'ø')],
    ['pseudonyms in small letters', 'c1;Karen Holm\nc2;Søren'],
    ['those who are not filled in', 'C1;Karen Holm\nP1;\nC2;Søren\nTulipan;'],
    ['a guarded pseudonym', "C1;Karen Holm\nC2;Søren\n'=C9;"],
  ])('with %s', (_what, text) => {
    expect(named(read(text))).toEqual(both);
  });

  it('as Windows writes it, and as UTF-8', () => {
    expect(named(readSheet(windows('pseudonym;navn\r\nC2;S\xf8ren \xc5se \xc6r\xf8'), LABELS))).toEqual({ C2: ['Søren Åse Ærø'] });
    expect(named(readSheet(utf8('A\u030a1;A\u030ase'), LABELS))).toEqual({ Å1: ['Åse'] });
  });

  it('with several names for one person, in one cell, in further columns, in further lines', () => {
    expect(named(read('C1;Karen Holm|Kaja | \nC2;Søren;Bruhn\nC1;Tante K'))).toEqual({
      C1: ['Karen Holm', 'Kaja', 'Tante K'],
      C2: ['Søren', 'Bruhn'],
    });
  });

  it('with signs, quotes and line ends inside quotes', () => {
    expect(named(read('pseudonym,name\nC1,"Holm, Karen"\nC2,"Søren ""Sorte"" \nBruhn"'))).toEqual({
      C1: ['Holm, Karen'],
      C2: ['Søren "Sorte" Bruhn'],
    });
  });

  it('under the pseudonym that a person goes by now, and never with the pseudonym as a name', () => {
    expect(named(read('X1;Karen\nC1;Kaja\nTulipan;Tulipan|Bente'))).toEqual({ C1: ['Karen', 'Kaja'], Tulipan: ['Bente'] });
  });

  it('up to a million bytes', () => {
    const line = `C1;${'Karen Holm '.repeat(9)}`;
    expect(wrong(readSheet(new Uint8Array(MOST_BYTES + 1).fill(65), LABELS))).toBe('large');
    expect(named(read(`${`${line}\n`.repeat(9000)}C2;Søren`)).C2).toEqual(['Søren']);
  });
});

describe('what is no key sheet is refused by a code and lines', () => {
  it.each([
    ['empty', new Uint8Array()],
    ['empty', utf8('   \n \n')],
    ['empty', utf8('pseudonym;name\n')],
    ['empty', utf8('pseudonym;name\nC1;\nC2; |\n')],
    ['spreadsheet', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 6, 0)],
    ['spreadsheet', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1)],
    ['binary', Uint8Array.of(0xff, 0xfe, 0x43, 0, 0x31, 0)],
    ['binary', utf8('C1;Karen\u0000Holm')],
    ['binary', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
    ['binary', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10)],
    ['columns', utf8('Karen Holm\nSøren Bruhn\n')],
    ['columns', utf8('C1\nC2\n')],
    ['columns', utf8('navn;telefon\nKaren Holm;12345678\n')],
    ['nobody 3 5', utf8('pseudonym;name\nC1;Karen\n;Søren\nC2;Bo\n ;Ib\n')],
    ['unknown 2', utf8('C1;Karen\nC7;Søren\n')],
    ['unknown 1', utf8('Karen;C1\n')],
    ['unknown 4', utf8('pseudonym;name\nC1;"Karen\nHolm"\nC8;Søren')],
    ['quote 2', utf8('C1;Karen\nC2;"Søren\nP1;Bo\n')],
    ['unknown 1', utf8('<!doctype html>;<p>\n')],
  ] as const)('%s', (told, bytes) => {
    expect(wrong(readSheet(bytes, LABELS))).toBe(told);
  });

  it('also when a study has nobody, and when names hide as pseudonyms of the language', () => {
    expect(wrong(readSheet(utf8('C1;Karen'), new Map()))).toBe('unknown 1');
    expect(wrong(read('__proto__;Karen\nconstructor;Bo'))).toBe('unknown 1 2');
  });
});
