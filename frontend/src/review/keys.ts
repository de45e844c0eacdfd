/** What a key does in the table. Pure. */

export type Verb = 'next' | 'previous' | 'open' | 'choose' | 'undo' | 'keys' | 'find' | 'close';

const VERBS: Readonly<Record<string, Verb>> = {
  j: 'next', k: 'previous', Enter: 'open', o: 'open', x: 'choose', u: 'undo', '?': 'keys', '/': 'find', Escape: 'close',
};

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  target: EventTarget | null;
}

/** Nothing while somebody types or a sheet is open; Enter on a button is the button's. */
export function readKey({ key, ctrlKey, metaKey, altKey, target }: Pressed): Verb | { digit: string } | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const at = target instanceof Element ? target : undefined;
  if (at?.closest('dialog, select, textarea, input:not([type="checkbox"])')) return undefined;
  if (key === 'Enter' && at?.closest('a, button, summary, input')) return undefined;
  return /^\d$/.test(key) ? { digit: key } : VERBS[key];
}
