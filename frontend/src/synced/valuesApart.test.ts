// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Subject } from '../store/subjects';
import { choose, valuesApart } from './valuesApart';

const thing = (fields: readonly string[], retracted = false): Subject =>
  ({ id: 't', retracted, conflicts: fields.map((field) => ({ field, values: [{ change_id: '2', value: 'b' }, { change_id: '1', value: 'a' }] })) }) as unknown as Subject;

describe('values side by side', () => {
  it('are those of fields that are no texts; the texts have a place of their own', () => {
    expect(valuesApart('entry', [thing(['structure', 'jotting'])]).map(({ field }) => field)).toEqual(['structure']);
    expect(valuesApart('actor', [thing(['label'])]).map(({ field }) => field)).toEqual(['label']);
    expect(valuesApart('codebook', [thing(['codes'])])).toEqual([]);
  });

  it('are of a thing that was taken back only whether it should be', () => {
    expect(valuesApart('entry', [thing(['structure', 'retracted'], true)]).map(({ field }) => field)).toEqual(['retracted']);
  });

  it('are settled by one more change', () => {
    const [structure] = valuesApart('entry', [thing(['structure'])]);
    const [retracted] = valuesApart('entry', [thing(['retracted'], true)]);
    expect(choose(structure!, null)).toEqual({ kind: 'entry.amended', subject_id: 't', payload: { structure: null } });
    expect([true, false].map((value) => choose(retracted!, value).kind)).toEqual(['entry.retracted', 'entry.restored']);
  });
});
