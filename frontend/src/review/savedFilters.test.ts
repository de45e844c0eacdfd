import { describe, expect, it } from 'vitest';
import { NO_FILTERS } from './rows';
import { isSame, keepFilter, readSaved } from './savedFilters';

const filters = { ...NO_FILTERS, text: 'vente', to_code: true };

describe('filters under a name', () => {
  it('come back as they were kept', () => {
    const kept = keepFilter([], 'waiting', filters);
    const [read] = readSaved(JSON.stringify(kept));
    expect(read).toEqual({ name: 'waiting', filters });
    expect([isSame(read?.filters ?? NO_FILTERS, filters), isSame(filters, NO_FILTERS)]).toEqual([true, false]);
  });

  it('take the place of those of the same name', () => {
    const kept = keepFilter(keepFilter([], 'a', filters), 'a', NO_FILTERS);
    expect(kept).toEqual([{ name: 'a', filters: NO_FILTERS }]);
  });

  it('may be of another version, or unreadable', () => {
    expect(readSaved('[{"name":"old","filters":{"text":"a","gone":1,"to_code":"yes"}}]')).toEqual([
      { name: 'old', filters: { ...NO_FILTERS, text: 'a' } },
    ]);
    for (const odd of [undefined, '', '{', '7', '[null, 3, {"name":5}]']) expect(readSaved(odd)).toEqual([]);
  });

  it('are told apart where a strike has left two of them one name', () => {
    const kept = ['C1', 'C1', 'C1 2', 'C1'].map((name) => ({ name, filters: NO_FILTERS }));
    expect(readSaved(JSON.stringify(kept)).map(({ name }) => name)).toEqual(['C1', 'C1 2', 'C1 2 2', 'C1 3']);
  });
});
