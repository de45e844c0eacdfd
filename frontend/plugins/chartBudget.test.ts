import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chartComplaints, type Chunk } from './chartBudget.ts';

function chunk(fileName: string, how: Partial<Chunk> = {}): Chunk {
  return { fileName, code: 'let a=1', modules: [`/app/src/${fileName}`], imports: [], isEntry: false, ...how };
}

const HEAVY = randomBytes(3000).toString('hex');

describe('the budget of the figures', () => {
  it('counts chunks with drawings or d3 in them, packed, and nothing else', () => {
    const chunks = [
      chunk('index.js', { isEntry: true, code: HEAVY }),
      chunk('plot.js', { modules: ['/app/src/charts/Plot.svelte'] }),
      chunk('scale.js', { modules: ['/app/node_modules/d3-scale/src/index.js'] }),
    ];
    expect(chartComplaints(chunks, 1000)).toEqual([]);
    expect(chartComplaints([...chunks, chunk('heavy.js', { modules: ['/app/src/charts/Big.svelte'], code: HEAVY })], 1000)[0]).toMatch(
      /at most 1000: plot.js, scale.js, heavy.js$/,
    );
  });

  it('refuses figures that come with the app itself, also through another chunk', () => {
    const chunks = [
      chunk('index.js', { isEntry: true, imports: ['shared.js'] }),
      chunk('shared.js', { imports: ['plot.js'] }),
      chunk('plot.js', { modules: ['/app/src/charts/Plot.svelte'] }),
    ];
    expect(chartComplaints(chunks)).toEqual(['plot.js draws figures and is loaded when the app starts']);
  });
});
