import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parkedReason } from './parkedReason';

/** Where the server sets a change aside, it says so with one of these words. */
const SERVER = ['core/changes', 'fieldlog/append', 'fieldlog/rules', 'sync/ingest'].map((name) =>
  readFileSync(`../backend/skygge/${name}.py`, 'utf8'),
);

describe('why a change was set aside', () => {
  it('is a sentence of its own for every word that the server has for it', () => {
    const codes = new Set(SERVER.flatMap((text) => [...text.matchAll(/"((?:change|codebook|device)\.(?:[a-z]+_[a-z_]+|revoked))"/g)].map((found) => found[1])));
    expect(codes.size).toBeGreaterThanOrEqual(9);
    const told = [...codes].map((code) => parkedReason(code ?? ''));
    expect(told.filter((text) => /\.[a-z_]/.test(text))).toEqual([]);
    expect(new Set(told).size).toBe(codes.size);
  });

  it('of a newer server is at least named', () => {
    expect(parkedReason('clock.too_far')).toContain('clock.too_far');
  });
});
