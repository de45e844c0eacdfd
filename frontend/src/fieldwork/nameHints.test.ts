import { describe, expect, it } from 'vitest';
import { findNameHints, inPieces } from './nameHints';

const known = new Set(['P1', 'C1', 'Tulipan']);
const hinted = (text: string): string[] => findNameHints(text, known).map(({ from, to, kind }) => `${kind}: ${text.slice(from, to)}`);

describe('a hint that words may say who somebody is', () => {
  it('is given for numbers, phones and addresses', () => {
    expect(hinted('cpr 010203-1234')).toEqual(['number: 010203-1234']);
    expect(hinted('ring 40 12 34 56 i morgen')).toEqual(['phone: 40 12 34 56']);
    expect(hinted('hun bor Nørre Allé 14B nu')).toEqual(['address: Nørre Allé 14B']);
    expect(hinted('ovre på Birkevej 3')).toEqual(['address: Birkevej 3']);
  });

  it('is given for a capitalised word in the middle of a sentence, not at its beginning', () => {
    expect(hinted('Hun siger at Karen venter. Så går hun.')).toEqual(['name: Karen']);
    expect(hinted('“Vent lidt”, siger hun. “Åse kommer”')).toEqual([]);
  });

  it('is not given for pseudonyms, days, or short capitals', () => {
    expect(hinted('C1 ser på P1, og Tulipan ler')).toEqual([]);
    expect(hinted('on Monday I asked about the TV')).toEqual([]);
  });

  it('is given for a long word in capitals, where not everything is', () => {
    expect(hinted('så siger KAREN nej, og KARENS mand')).toEqual(['name: KAREN', 'name: KARENS']);
    expect(hinted('hun har KOL, og en SOSU kom, TULIPAN også')).toEqual([]);
    expect(hinted('SÅ SIGER KAREN NEJ')).toEqual([]);
    expect(hinted('SÅ SIGER Karen NEJ')).toEqual(['name: SIGER', 'name: Karen']);
  });

  it('cuts a text into pieces that add up to it', () => {
    const text = 'så kom Karen Holm, 40123456';
    const pieces = inPieces(text, findNameHints(text, known));
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    expect(pieces.filter((piece) => piece.hint).map((piece) => piece.text)).toEqual(['Karen', 'Holm', '40123456']);
  });
});
