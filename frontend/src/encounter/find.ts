import { isHeld } from '../fieldwork/stopped';
import type { Notebook } from '../store/notebook';
import type { EntrySubject } from '../store/subjects';

/** The observer's own entries that hold every word asked for, in their words, people or codes; newest first. */
export function findEntries(notebook: Notebook, asked: string, say: (entry: EntrySubject) => string): EntrySubject[] {
  const words = fold(asked).split(/\s+/).filter(Boolean);
  const mine = notebook.list('entry').filter((entry) => !entry.retracted && entry.author === notebook.account.observer);
  const own = mine.filter((entry) => !isHeld(notebook, entry));
  const found = own.filter((entry) => {
    const text = fold(`${entry.fields.jotting ?? ''} ${say(entry)}`);
    return words.every((word) => text.includes(word));
  });
  return found.sort((a, b) => Date.parse(b.fields.started_at) - Date.parse(a.fields.started_at));
}

/** Case and accents do not count, å and a do. */
function fold(text: string): string {
  return text.toLocaleLowerCase().normalize('NFC');
}
