import { describe, expect, it } from 'vitest';
import { ownParameters } from './parameters';

const SCHEMA = {
  properties: {
    actor: { items: { type: 'string' }, type: 'array', default: [] },
    by: { anyOf: [{ enum: ['actor', 'agency'], type: 'string' }, { type: 'null' }], default: null, description: 'Split each count.' },
    dimension: { $ref: '#/$defs/Dimension', default: 'structure' },
    lag: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
    inference: { type: 'boolean', default: false },
    seeds: { type: 'array', items: { type: 'integer' } },
  },
  $defs: { Dimension: { enum: ['structure', 'action'], type: 'string' } },
};

describe('the parameters of an analysis', () => {
  it('are all but the filters that every analysis has, with what may be chosen', () => {
    const found = ownParameters(SCHEMA);
    expect(found.map((one) => [one.name, one.kind, one.options, one.default])).toEqual([
      ['by', 'choice', ['actor', 'agency'], ''],
      ['dimension', 'choice', ['structure', 'action'], 'structure'],
      ['lag', 'number', [], '1'],
      ['inference', 'choice', ['true', 'false'], 'false'],
    ]);
    expect([found[2]?.least, found[2]?.most]).toEqual([1, 10]);
    expect(found[0]?.description).toBe('Split each count.');
  });
});
