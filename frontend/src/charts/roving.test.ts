import { describe, expect, it } from 'vitest';
import { nextPlace, roving } from './roving';

describe('the keyboard in a drawing', () => {
  it('goes on to the ends and no further', () => {
    expect([nextPlace('ArrowRight', 0, 3), nextPlace('ArrowDown', 2, 3), nextPlace('ArrowLeft', 0, 3)]).toEqual([1, undefined, undefined]);
    expect([nextPlace('Home', 2, 3), nextPlace('End', 0, 3), nextPlace('a', 1, 3), nextPlace('End', -1, 3)]).toEqual([0, 2, undefined, undefined]);
  });

  it('stops once at a drawing, and moves inside it with the arrows', () => {
    document.body.replaceChildren();
    const root = document.createElement('div');
    for (const name of ['a', 'b', 'c']) {
      const mark = document.createElement('button');
      mark.dataset.mark = name;
      mark.tabIndex = -1;
      root.append(mark);
    }
    document.body.append(root);
    const leave = roving(root);
    const stops = () => [...root.children].map((mark) => mark.getAttribute('tabindex'));
    expect(stops()).toEqual(['0', '-1', '-1']);
    (root.children[0] as HTMLElement).focus();
    root.children[0]?.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true }));
    expect(document.activeElement).toBe(root.children[2]);
    expect(stops()).toEqual(['-1', '-1', '0']);
    leave();
  });
});
