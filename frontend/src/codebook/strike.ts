/** Striking words in the codebook: in every version, draft and proposal that ever held them. */
import type { Notebook } from '../store/notebook';
import { strikeText, textsIn } from '../store/strikes';
import type { Code } from '../store/subjects';
import { isSame } from './draft';

/** Every change about the codebook, by the thing it is about. */
async function historyOf(notebook: Notebook): Promise<{ id: string; payload: object }[]> {
  const things = [...notebook.list('codebook'), ...notebook.list('code')];
  const told = things.map(async ({ id }) =>
    (await notebook.history(id)).filter(({ kind }) => kind.startsWith('code')).map(({ payload }) => ({ id, payload })),
  );
  return (await Promise.all(told)).flat();
}

/** What was ever written of a code, each text once, the newest first. */
export async function writtenOf(notebook: Notebook, code: Pick<Code, 'dimension' | 'key'>): Promise<string[]> {
  const codes = (await historyOf(notebook)).flatMap(({ payload }) => ('codes' in payload ? (payload.codes as Code[]) : [payload as Code]));
  return [...new Set(codes.filter((one) => isSame(one, code)).reverse().flatMap(textsIn))].filter((text) => text.trim());
}

/** Take words out of everything that was reported of the codebook. */
export async function strikeInCodebook(notebook: Notebook, words: string, replacement: string): Promise<void> {
  const found = (await historyOf(notebook)).filter(({ payload }) => textsIn(payload).some((text) => text.includes(words)));
  const ids = [...new Set(found.map(({ id }) => id))];
  if (ids.length > 0) await notebook.write(ids.map((id) => strikeText(id, words, replacement)));
}
