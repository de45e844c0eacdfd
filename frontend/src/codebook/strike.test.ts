import { describe, expect, it } from 'vitest';
import type { Draft } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { Code } from '../store/subjects';
import { strikeInCodebook, writtenOf } from './strike';

const code = (key: string, more: Partial<Code> = {}): Code => ({ dimension: 'action', key, label: { en: 'Talks' }, ...more });

/** Two versions, a draft whose first step held the name, a proposal, and a strike that is none of them. */
const HISTORY: Record<string, { kind: string; payload: object }[]> = {
  v1: [{ kind: 'codebook.published', payload: { version: 1, note: 'after Annemette', codes: [code('talks')] } }],
  v2: [{ kind: 'codebook.published', payload: { version: 2, codes: [code('talks', { definition: 'calm' })] } }],
  d3: [
    { kind: 'codebook.drafted', payload: { version: 3, codes: [code('talks', { definition: 'as Annemette' })] } },
    { kind: 'codebook.drafted', payload: { version: 3, codes: [code('talks', { definition: 'as somebody' })] } },
    { kind: 'words.struck', payload: { words: 'Annemette' } },
  ],
  p1: [{ kind: 'code.proposed', payload: code('cries', { label: { da: 'Annemette græder' } }) }],
};

function notebook(written: Draft[] = []): Notebook {
  const ids = { codebook: ['v1', 'v2', 'd3'], code: ['p1'] };
  return {
    list: (type: 'codebook' | 'code') => ids[type].map((id) => ({ id })),
    history: (id: string) => Promise.resolve(HISTORY[id]),
    write: (drafts: Draft[]) => Promise.resolve(void written.push(...drafts)),
  } as unknown as Notebook;
}

describe('words in the codebook', () => {
  it('are struck in every version, draft and proposal that ever held them, and nowhere else', async () => {
    const written: Draft[] = [];
    await strikeInCodebook(notebook(written), 'Annemette', 'C1');
    expect(written.map(({ kind, subject_id }) => [kind, subject_id])).toEqual(['v1', 'd3', 'p1'].map((id) => ['words.struck', id]));
    expect(written[0]?.payload).toEqual({ words: 'Annemette', replacement: 'C1' });
  });

  it('that nobody wrote lead to no strike', async () => {
    const written: Draft[] = [];
    await strikeInCodebook(notebook(written), 'Birte', 'C1');
    expect(written).toEqual([]);
  });

  it('of one code are shown each once, those of earlier steps too', async () => {
    expect(await writtenOf(notebook(), code('talks'))).toEqual(['Talks', 'as somebody', 'as Annemette', 'calm']);
    expect(await writtenOf(notebook(), code('cries'))).toEqual(['Annemette græder']);
  });
});
