import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOverBudget } from './budgets';

const GENERATED = /paraglide|api\/schema/;

function handWritten(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|svelte)$/.test(name) && !GENERATED.test(name))
    .map((name) => join(folder, name));
}

describe('the budgets of functions', () => {
  it('are kept by every file of the web app', () => {
    const files = [...handWritten('src'), ...handWritten('plugins')];
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((path) => findOverBudget(path, readFileSync(path, 'utf8')))).toEqual([]);
  }, 60_000);

  it('count the arguments', () => {
    expect(findOverBudget('a.ts', 'const f = (a, b, c, d, e, f) => a;')).toEqual([]);
    expect(findOverBudget('a.ts', 'class A { f(a, b, c, d, e, f, g) {} }')).toHaveLength(1);
  });

  it('count the ways through a function, in a component too, and inner functions for themselves', () => {
    const branches = (n: number): string => 'if (a) b();'.repeat(n);
    expect(findOverBudget('a.ts', `function f() { ${branches(9)} return () => { ${branches(9)} }; }`)).toEqual([]);
    expect(findOverBudget('a.svelte', `<script lang="ts">function f() { ${branches(10)} }</script>`)).toHaveLength(1);
    expect(findOverBudget('a.ts', `function f() { ${branches(9)} for (const x of y) x(); }`)).toHaveLength(1);
  });
});
