// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { snippetsFor } from './snippets';

describe('the lines for R and pandas', () => {
  it('are those of the page that the tests run', () => {
    const page = readFileSync(new URL('../../../docs/pulling.md', import.meta.url), 'utf8');
    for (const { text } of snippetsFor('STUDY')) expect(page).toContain(text);
    expect(snippetsFor('https://x/studies/1').every(({ text }) => text.includes('https://x/studies/1/exports/'))).toBe(true);
  });
});
