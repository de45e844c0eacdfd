import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../sync/deskServer';
import { sayDetails, sayKind } from './records';

function record(kind: string, details: Record<string, unknown>): AuditRecord {
  return { number: 7, at: '2026-03-02T10:00:00Z', kind, who: 'observer-1', account_id: null, details, hash: '' };
}

describe('the audit log in words', () => {
  it('says of an export which format, how much of it, and what was chosen', () => {
    const counts = { entries: 412, encounters: 30 };
    const filters = { observer: ['Olga', 'Otto'] };
    const details = { format: 'csv', tier: 'full', clock_times: true, filters, options: {}, counts };
    expect(sayDetails(record('export.made', details), 'en')).toEqual([
      'csv',
      'Full',
      'with clock times',
      'observer: Olga, Otto',
      '412 entries in 30 encounters',
    ]);
    const codebook = { format: 'qdc', tier: 'full', counts: { codes: 14 } };
    expect(sayDetails(record('export.made', codebook), 'en').at(-1)).toBe('14 codes');
    expect(sayDetails(record('export.made', { format: 'csv', tier: 'full' }), 'en')).toEqual(['csv', 'Full', 'without clock times']);
  });

  it('says of a stopped one which it was, and how far it came', () => {
    const told = sayDetails(record('export.stopped', { format: 'jsonl', number: 6, n_bytes: 2_500_000 }), 'en');
    expect(told).toEqual(['jsonl', 'number 6', '2.5 MB handed over']);
  });

  it('says a kind that it does not know by its own name', () => {
    expect(sayKind('export.made')).toBe('Downloaded');
    expect(sayKind('moon.landed')).toBe('moon.landed');
    expect(sayDetails(record('moon.landed', { people: 2 }), 'en')).toEqual([]);
  });
});
