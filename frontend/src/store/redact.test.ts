import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findWords, strikeWords, textsOf } from './redact';

/** The same payloads are struck on the server: tests/sync/test_strike_everywhere.py. */
describe('where people write', () => {
  it('are the title and every term of a study, its legal basis too', () => {
    const names = ['title', 'controller', 'joint_controller', 'processor', 'hosting_place', 'purpose', 'purpose_limits', 'legal_basis', 'concern_procedure', 'lock_reason'];
    const study = Object.fromEntries(names.map((name) => [name, `${name} of Anna`]));
    expect(strikeWords(study, 'Anna', 'C1')).toEqual(Object.fromEntries(names.map((name) => [name, `${name} of C1`])));
    expect(findWords(study, 'Anna').map(({ path }) => path[0])).toEqual(names);
  });

  it('are the way and the witness of a consent, and none of its keys', () => {
    const consent = { actor_id: 'public', ethics: 'public', legal_basis: 'public_task', withdrawal_promise: 'public', way: 'in public', witness: 'public' };
    expect(strikeWords(consent, 'public', '▮')).toEqual({ ...consent, way: 'in ▮', witness: '▮' });
  });

  it('are the labels and texts of codes, not their keys', () => {
    const code = { dimension: 'action', key: 'anna', label: { en: 'Anna', da: 'Anna!' }, counter_example: 'Anna', replaced_by: 'anna' };
    expect(strikeWords({ version: 1, codes: [code] }, 'Anna', 'C1')).toEqual({ version: 1, codes: [{ ...code, label: { en: 'C1', da: 'C1!' }, counter_example: 'C1' }] });
    expect(textsOf({ codes: [code] }).map(({ path }) => path.join('.'))).toEqual(['codes.0.label.en', 'codes.0.label.da', 'codes.0.counter_example']);
  });

  it('are nothing else of a study', () => {
    const study = { time_zone: 'x', languages: ['x'], field_mode: 'x', retention_until: 'x', observers_see: 'x' };
    expect(strikeWords(study, 'x', 'y')).toEqual(study);
  });
});

/** The same cases are struck by the server's code: tests/core/test_redact.py. */
describe('a replacement that is longer than what it replaces', () => {
  const cases = JSON.parse(readFileSync('../tests/vectors/strikes_by_hand.json', 'utf-8')) as { name: string; payload: object; words: string; replacement: string; left: object }[];

  it.each(cases)('$name', ({ payload, words, replacement, left }) => {
    expect(strikeWords(payload, words, replacement)).toEqual(left);
  });
});
