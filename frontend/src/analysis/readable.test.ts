import { describe, expect, it } from 'vitest';
import { makeTables } from './readable';

describe('a result without a figure of its own', () => {
  it('becomes tables: facts first, then rows by their names, numbers opening their entries', () => {
    const result = {
      share: 0.5,
      rows: [
        { key: 'directing', labels: { en: 'Directing', da: 'Styre' }, n: 3, mean_s: null, cell: 'structure:directing' },
        { key: null, labels: {}, n: 0, mean_s: 2.345, cell: 'structure:-' },
      ],
    };
    const [facts, rows] = makeTables(result, 'da');
    expect(facts?.rows).toEqual([[{ text: 'Share' }, { text: '0,5', isNumber: true }]]);
    expect(rows?.columns).toEqual(['Name', 'n', 'Mean s']);
    expect(rows?.rows[0]).toEqual([
      { text: 'Styre' },
      { text: '3', isNumber: true, cell: 'structure:directing', title: 'Styre' },
      { text: '–', isNumber: false },
    ]);
    expect(rows?.rows[1]?.[1]).toEqual({ text: '0', isNumber: true });
  });

  it('shows what lies across in columns of its own', () => {
    const row = (key: string, n: number) => ({ key, label: key, n, cell: `c:${key}` });
    const result = { rows: [{ key: 'a', label: 'A', columns: [row('x', 1), row('y', 0)] }] };
    const [table] = makeTables(result, 'en');
    expect(table?.columns).toEqual(['Name', 'x', 'y']);
    expect(table?.rows[0]?.map((cell) => cell.cell)).toEqual([undefined, 'c:x', undefined]);
  });
});
