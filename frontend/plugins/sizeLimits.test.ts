import { describe, expect, it } from 'vitest';
import { weigh, type Chunk } from './sizeLimits.ts';

const noise = (length: number): string => Array.from({ length }, () => Math.random().toString(36).charAt(3)).join('');
const chunk = (more: Partial<Chunk>): Chunk => ({ code: '', imports: [], isEntry: false, facadeModuleId: null, ...more });

describe('what a screen weighs', () => {
  it('is the start, itself and what both load, each once, and nothing that comes later', () => {
    const heavy = noise(30_000);
    const chunks = {
      'index.js': chunk({ isEntry: true, imports: ['shared.js'] }),
      'shared.js': chunk({ code: heavy }),
      'Capture.js': chunk({ facadeModuleId: '/src/capture/Capture.svelte', imports: ['shared.js', 'index.js'] }),
      'Analysis.js': chunk({ code: heavy, facadeModuleId: '/src/analysis/Analysis.svelte' }),
    };
    const alone = weigh(chunks, ['capture/Capture.svelte']);
    expect(alone).toBeGreaterThan(15);
    expect(weigh(chunks, ['analysis/Analysis.svelte'])).toBeGreaterThan(alone * 1.9);
  });
});
