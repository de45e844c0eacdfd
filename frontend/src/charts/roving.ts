/**
 * One stop of the Tab key for a whole drawing; the arrows go from mark to mark, Home and End to the ends. A mark is
 * anything with `data-mark`.
 */
export function roving(root: Element): () => void {
  const marks = (): Element[] => [...root.querySelectorAll('[data-mark]')];
  const own = (target: EventTarget | null): Element | undefined =>
    marks().find((mark) => target instanceof Node && mark.contains(target));

  function admit(chosen: Element | undefined): void {
    for (const mark of marks()) mark.setAttribute('tabindex', mark === chosen ? '0' : '-1');
  }

  function keepOne(): void {
    const all = marks();
    if (all.filter((mark) => mark.getAttribute('tabindex') === '0').length !== 1) admit(all[0]);
  }

  function move(event: Event): void {
    const { key } = event as KeyboardEvent;
    const all = marks();
    const next = nextPlace(key, all.findIndex((mark) => mark === own(event.target)), all.length);
    const chosen = next === undefined ? undefined : all[next];
    if (!chosen) return;
    event.preventDefault();
    admit(chosen);
    (chosen as SVGElement | HTMLElement).focus();
  }

  const follow = (event: Event): void => {
    const chosen = own(event.target);
    if (chosen) admit(chosen);
  };
  keepOne();
  const watch = new MutationObserver(keepOne);
  watch.observe(root, { childList: true, subtree: true });
  root.addEventListener('keydown', move);
  root.addEventListener('focusin', follow);
  return () => {
    watch.disconnect();
    root.removeEventListener('keydown', move);
    root.removeEventListener('focusin', follow);
  };
}

/** Where a key leads from place `at` of `n`; undefined for every other key and beyond the ends. */
export function nextPlace(key: string, at: number, n: number): number | undefined {
  if (at < 0) return undefined;
  if (key === 'ArrowRight' || key === 'ArrowDown') return at + 1 < n ? at + 1 : undefined;
  if (key === 'ArrowLeft' || key === 'ArrowUp') return at > 0 ? at - 1 : undefined;
  if (key === 'Home') return 0;
  return key === 'End' ? n - 1 : undefined;
}
