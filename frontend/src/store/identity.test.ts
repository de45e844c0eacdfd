import { describe, expect, it } from 'vitest';
import { newId, newVisitCode, observerActorId, uuid5, visitId } from './identity';

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

describe('ids', () => {
  it('computes the UUIDv5 of the standard’s own example', () => {
    expect(uuid5(DNS, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('computes UUIDv5 for names that end around a block of the hash', () => {
    // From Python: uuid.uuid5(uuid.NAMESPACE_DNS, "æ" * n)
    expect(uuid5(DNS, 'æ'.repeat(19))).toBe('d3e6f220-7889-58b4-b290-28525874bed8');
    expect(uuid5(DNS, 'æ'.repeat(20))).toBe('ee41e951-4d2c-501c-8fc1-4eefc010dd75');
    expect(uuid5(DNS, 'æ'.repeat(100))).toBe('596c0c5f-9a58-512c-a96c-36cf2d682664');
  });

  it('names visits and observers alike on every phone', () => {
    expect(visitId(DNS, 'KXWQPT')).toBe(uuid5(DNS, 'KXWQPT'));
    expect(observerActorId(DNS, 'observer-1')).toBe(uuid5(DNS, 'observer:observer-1'));
  });

  it('makes rising, distinct UUIDv7 even within one millisecond and when the clock steps back', () => {
    const now = Date.now() + 1000;
    const ids = Array.from({ length: 9000 }, (_, index) => newId(now - (index % 2)));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids.slice(0, 50)) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('makes visit codes of six letters', () => {
    for (let turn = 0; turn < 50; turn++) expect(newVisitCode()).toMatch(/^[A-Z]{6}$/);
  });
});
