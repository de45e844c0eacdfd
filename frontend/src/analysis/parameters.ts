/** What an analysis takes, read from the JSON schema that the server tells: so a new analysis needs no screen of its own. */

/** Filters that every analysis has; the rest of a schema are its own parameters. */
export const FILTERS: readonly string[] = [
  'visit', 'encounter', 'kind', 'actor', 'observer', 'agency', 'action', 'structure', 'flag', 'from', 'to', 'codebook_version', 'origin',
];

export interface Parameter {
  name: string;
  kind: 'choice' | 'number' | 'text';
  /** Of a choice; '' stands for the default, or for none where nothing may be chosen. */
  options: string[];
  /** What holds where nothing is chosen, as text; '' = nothing. */
  default: string;
  description: string;
  least?: number | undefined;
  most?: number | undefined;
}

interface Schema {
  properties?: Record<string, Property>;
  $defs?: Record<string, Property>;
}

interface Property {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Property[];
  $ref?: string;
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
}

/** Where passages begin is a matter of reading on, not of asking; the view has its own way. */
const HIDDEN: readonly string[] = ['passages_from', 'passages_most', 'paths_most', 'before', 'after'];
/** What few will change stands behind a fold: how intervals are drawn, how long lists are, and inference. */
export const SELDOM: readonly string[] = ['resamples', 'level', 'seed', 'most', 'permutations', 'against', 'uncoded', 'bouts', 'stream'];

/** The parameters that are this analysis's own, in the order in which it tells them. */
export function ownParameters(schema: Record<string, unknown>): Parameter[] {
  const { properties = {}, $defs = {} } = schema as Schema;
  const own = Object.entries(properties).filter(([name]) => !FILTERS.includes(name) && !HIDDEN.includes(name));
  return own.map(([name, property]) => read(name, property, $defs)).filter((one): one is Parameter => one !== null && (one.kind !== 'choice' || one.options.length > 1));
}

function read(name: string, property: Property, defs: Record<string, Property>): Parameter | null {
  const inner = resolve(property, defs);
  const about = { name, default: textOf(property.default), description: property.description ?? inner.description ?? '' };
  if (inner.enum ?? inner.const) return { ...about, kind: 'choice', options: (inner.enum ?? [inner.const]).map(textOf) };
  if (inner.type === 'boolean') return { ...about, kind: 'choice', options: ['true', 'false'] };
  if (inner.type === 'integer' || inner.type === 'number') {
    return { ...about, kind: 'number', options: [], least: inner.minimum, most: inner.maximum };
  }
  return inner.type === 'string' ? { ...about, kind: 'text', options: [] } : null;
}

/** The one shape behind references and "or nothing". */
function resolve(property: Property, defs: Record<string, Property>): Property {
  if (property.$ref) return resolve(defs[property.$ref.split('/').at(-1) ?? ''] ?? {}, defs);
  const some = property.anyOf?.filter((one) => one.type !== 'null');
  return some?.[0] ? resolve(some[0], defs) : property;
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
