import { findNameHints, type NameHint } from '../nameHints';
import { openedSheet } from './opened.svelte';

/** What may be a name in a text: by the key sheet that is open, and by the look of the words. */
export function hintsOf(text: string, known: ReadonlySet<string>): NameHint[] {
  return findNameHints(text, known, openedSheet()?.find(text));
}
