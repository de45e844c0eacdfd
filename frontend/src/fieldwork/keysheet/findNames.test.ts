import { describe, expect, it } from 'vitest';
import { findNameHints } from '../nameHints';
import { nameFinder } from './findNames';

const find = nameFinder([
  { pseudonym: 'C1', names: ['Karen Holm', 'Kaja'] },
  { pseudonym: 'C2', names: ['Anne-Marie von der Lieth'] },
  { pseudonym: 'C3', names: ['Åse Kjærgård', 'fru Skov'] },
  { pseudonym: 'C4', names: ['Bo'] },
  { pseudonym: 'C5', names: ['Hans Østergaard'] },
  { pseudonym: 'C6', names: ['Jens H. Bruhn'] },
  { pseudonym: 'C7', names: ['O’Brien, Séan'] },
  { pseudonym: 'C8', names: ['Karen Lund'] },
  { pseudonym: 'P1', names: ['Max'] },
]);
const NFD = (text: string): string => text.normalize('NFD');
const told = (text: string): string[] =>
  find(text).map(({ from, to, who, isGenitive }) => `${text.slice(from, to)}=${who?.join('/')}${isGenitive ? ' (of)' : ''}`);

describe('a name of the key sheet is found', () => {
  it.each([
    // Whole words, in any case
    ['så siger Kaja nej', ['Kaja=C1']],
    ['så siger kaja nej', ['kaja=C1']],
    ['SÅ SIGER KAJA NEJ', ['KAJA=C1']],
    ['kajakken ligger der', []],
    ['Kajalund er et sted', []],
    ['mandkaja', []],
    ['kaja', ['kaja=C1']],
    ['(Kaja), “Kaja”; Kaja!', ['Kaja=C1', 'Kaja=C1', 'Kaja=C1']],
    ['Kaja2 og 2Kaja', []],
    // First name alone, last name alone with a capital, both as one
    ['Karen Holm kom', ['Karen Holm=C1']],
    ['karen holm kom', ['karen holm=C1']],
    ['Holm, Karen', ['Holm, Karen=C1']],
    ['fru Holm kom', ['Holm=C1']],
    ['på en holm i søen', []],
    ['Karen kom', ['Karen=C1/C8']],
    ['Karen Lund kom', ['Karen Lund=C8']],
    ['Karen. Karen kom', ['Karen=C1/C8', 'Karen=C1/C8']],
    ['Karen Kaja', ['Karen Kaja=C1']],
    ['Karen\nHolm', ['Karen=C1/C8', 'Holm=C1']],
    ['fru Skov går i en skov', ['Skov=C3']],
    ['fru uden navn', []],
    // The genitive
    ['Kajas kop', ['Kajas=C1 (of)']],
    ['Kaja’s kop', ['Kaja’s=C1 (of)']],
    ["kaja's kop", ["kaja's=C1 (of)"]],
    ['KAJAS KOP', ['KAJAS=C1 (of)']],
    ["'Kaja' og 'Kaja', sagt", ['Kaja=C1', 'Kaja=C1']],
    ['Karen Holms kop', ['Karen Holms=C1 (of)']],
    ['Jens kop, Jens’ kop', ['Jens=C6', 'Jens=C6']],
    ['Max’ og Maxes kop', ['Max=P1', 'Maxes=P1 (of)']],
    ['kajass', []],
    // Hyphens, links between words, initials
    ['Anne-Marie kom', ['Anne-Marie=C2']],
    ['Anne Marie kom', ['Anne Marie=C2']],
    ['anne‑marie kom', ['anne‑marie=C2']],
    ['Anne kom', ['Anne=C2']],
    ['Kaja-besøget', ['Kaja=C1']],
    ['lille-Kaja', ['Kaja=C1']],
    ['Anne-Marie von der Lieth kom', ['Anne-Marie von der Lieth=C2']],
    ['der kom von og der', []],
    ['Lieth der kom', ['Lieth=C2']],
    ['Jens H. Bruhn og H. Bruhn', ['Jens H. Bruhn=C6', 'Bruhn=C6']],
    ['Séan O’Brien, sean', ['Séan O’Brien=C7', 'sean=C7']],
    // Danish letters, however they are written
    ['Åse, åse, Aase', ['Åse=C3', 'åse=C3', 'Aase=C3']],
    [NFD('Åse Kjærgård kom'), [NFD('Åse Kjærgård=C3')]],
    ['Aase Kjaergaard', ['Aase Kjaergaard=C3']],
    [`${NFD('Åse')}s kop`, [`${NFD('Åse')}s=C3 (of)`]],
    ['Østergård, Ostergaard, Oestergaard', ['Østergård=C5', 'Ostergaard=C5', 'Oestergaard=C5']],
    ['Ka\u00adja og Ka\u200bja', ['Ka\u00adja=C1', 'Ka\u200bja=C1']],
    // Two letters, and words of every day
    ['Bo bor her, bo', ['Bo=C4']],
    ['BO og Bos kop, bos', ['Bos=C4 (of)']],
    ['Bodil og Bord', []],
    ['det er hans stol', []],
    ['så kom Hans', ['Hans=C5']],
    ['hans Østergaard', ['hans Østergaard=C5']],
    // Nothing
    ['', []],
    ['C1 ser på P1', []],
    ['😀 Kaja 😀', ['Kaja=C1']],
  ])('%j', (text, names) => {
    expect(told(text)).toEqual(names);
  });

  it('before what only looks like a name, and beside it', () => {
    const text = 'Så siger Karen Holm til Birthe, ring 40 12 34 56 eller kaja';
    const hints = findNameHints(text, new Set(['C1']), find(text));
    expect(hints.map(({ from, to, who }) => [text.slice(from, to), who])).toEqual([
      ['Karen Holm', ['C1']], ['Birthe', undefined], ['40 12 34 56', undefined], ['kaja', ['C1']],
    ]);
  });

  it('in a long text as fast as it is read, whatever stands in sheet and text', () => {
    const many = nameFinder(Array.from({ length: 5000 }, (_, n) => ({ pseudonym: `C${n}`, names: [`Navn${n} ${'a'.repeat(50)} (((+*?[`] })));
    const text = `${'navn4999 aaaa aaaa… '.repeat(20_000)}${'a'.repeat(100_000)}${'- '.repeat(50_000)}`;
    const begun = performance.now();
    expect(many(text)).toHaveLength(20_000);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('under any name that a sheet may hold, as itself', () => {
    for (const name of ['constructor', '__proto__', 'toString', '.*', '(((', '李', '李小龙', 'I', '42', '\u202eKaren', 'Ødegård-Åsen']) {
      const text = `før ${name} efter`;
      const [hint] = nameFinder([{ pseudonym: 'C1', names: [name] }])(text);
      const letters = name.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
      expect(hint && text.slice(hint.from, hint.to), name).toBe(letters || undefined);
    }
  });
});
