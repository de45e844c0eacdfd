import { describe, expect, it } from 'vitest';
import { freeze, wrap } from './freeze';

describe('the words on a saved figure', () => {
  it('are broken where they fit', () => {
    expect(wrap('one two three four five six', 100, 10)).toEqual(['one two three four', 'five six']);
    expect(wrap('', 100)).toEqual([]);
  });

  it('are all there: title, description, what it rests on, and the fonts', () => {
    const drawn = document.createElement('div');
    drawn.innerHTML = '<svg width="10" height="10"><rect class="bar" tabindex="0" data-mark aria-label="7" width="5" height="5"></rect></svg>';
    document.body.append(drawn);
    const around = { title: 'Structures', description: 'Counted once each.', footing: ['Entries: 7.', 'A heuristic start.'] };
    const { svg } = freeze(drawn, around);
    for (const words of ['Structures', 'Counted once each.', 'Entries: 7.', 'A heuristic start.', 'font-family']) expect(svg).toContain(words);
    expect(svg).not.toMatch(/class=|tabindex|data-mark|<script/);
    expect(drawn.style.colorScheme).toBe('');
  });
});
