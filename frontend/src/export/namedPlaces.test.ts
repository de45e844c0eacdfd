import { expect, it } from 'vitest';
import { nameFinder } from '../fieldwork/keysheet/findNames';
import { aroundNames } from './namedPlaces';

const find = nameFinder([{ pseudonym: 'C1', names: ['Karen'] }]);
const around = (text: string): string[] => aroundNames({ type: 'memo', id: '', text, hints: find(text), isEarlier: false });

it('shows each name with whole words around it, near ones together', () => {
  expect(around('så kom Karen')).toEqual(['så kom Karen']);
  const filler = 'ord '.repeat(40);
  expect(around(`${filler}Karen ${filler}og karen, Karens ${filler}`)).toEqual([
    `${'ord '.repeat(10)}Karen ${'ord '.repeat(10)}`.trim(),
    `${'ord '.repeat(9)}og karen, Karens ${'ord '.repeat(10)}`.trim(),
  ]);
});

it('cuts no word and no letter in two, however long', () => {
  const long = 'x'.repeat(200);
  expect(around(`${long} Karen 😀${long}`)).toEqual([`${long} Karen 😀${long}`]);
});
