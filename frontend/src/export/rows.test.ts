import { describe, expect, it } from 'vitest';
import { formatOf, groupNotes, sayRow } from './rows';

describe('rows of a file in words', () => {
  it('are told by number and place, and an unknown trouble by its code', () => {
    expect(sayRow([4, 'entries.kind'], 'change.content_invalid')).toBe('Row 4, entries.kind: not what belongs there');
    expect(sayRow([1], 'file.not_zip')).toBe('Row 1: the file is not of this format');
    expect(sayRow([2], 'weather.bad')).toBe('Row 2: weather.bad');
  });

  it('of one kind are told once, with their number', () => {
    const note = { code: 'state.unpaired', text: { en: 'a' } };
    expect(groupNotes([note, note, { code: 'end.unknown', text: { en: 'b' } }]).map(({ n }) => n)).toEqual([2, 1]);
  });
});

describe('the format of a file', () => {
  it('is guessed from its name, whatever its letters', () => {
    const formats = [{ name: 'csv', suffix: '.zip' }, { name: 'codebook-csv', suffix: '.csv' }, { name: 'codebook-yaml', suffix: '.yaml' }];
    expect(['Study.ZIP', 'codes.csv', 'codes.yml', 'x.pdf', undefined].map((name) => formatOf(formats, name))).toEqual([
      'csv',
      'codebook-csv',
      'codebook-yaml',
      undefined,
      undefined,
    ]);
  });
});
