/** The caret in the paragraphs on the screen. */
import type { Found } from './seek';

function fieldOf(id: string): HTMLTextAreaElement | null {
  return document.getElementById(`paragraph-${id}`) as HTMLTextAreaElement | null;
}

export function putCaret(id: string, at: number): boolean {
  const field = fieldOf(id);
  field?.focus();
  field?.setSelectionRange(at, at);
  field?.scrollIntoView({ block: 'nearest' });
  return field !== null;
}

/** Bring what was found into sight, and chosen for when somebody goes there. */
export function markPlace({ id, from, to }: Found): boolean {
  const field = fieldOf(id);
  field?.scrollIntoView({ block: 'center' });
  field?.setSelectionRange(from, to);
  return field !== null;
}

export function chosenIn(id: string): { from: number; to: number; text: string } | undefined {
  const field = fieldOf(id);
  return field ? { from: field.selectionStart, to: field.selectionEnd, text: field.value } : undefined;
}
