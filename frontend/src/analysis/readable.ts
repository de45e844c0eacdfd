/** Any result as tables that a person can read, so that an analysis without a figure of its own has a screen all the same. */
import { inLanguage } from '../i18n/inLanguage';
import { m } from '../i18n/paraglide/messages.js';
import { sayNumber } from './numbers';

export interface ReadableCell {
  text: string;
  /** Opens the entries behind it. */
  cell?: string;
  /** What it is, for the heading of the entries. */
  title?: string;
  isNumber?: boolean;
}

export interface ReadableTable {
  title: string;
  columns: string[];
  rows: ReadableCell[][];
}

type Thing = Record<string, unknown>;
/** What names a row rather than tells something about it. */
const NAMING = new Set(['key', 'label', 'labels', 'cell', 'entry_id', 'encounter_id']);

export function makeTables(result: unknown, locale: string): ReadableTable[] {
  const tables: ReadableTable[] = [];
  walk(result, '', locale, tables);
  return tables;
}

function walk(value: unknown, name: string, locale: string, tables: ReadableTable[]): void {
  if (Array.isArray(value)) {
    const things = value.filter(isThing);
    if (things.length > 0) tables.push(tableOf(things, name, locale));
    return;
  }
  if (!isThing(value)) return;
  const facts = Object.entries(value).filter(([key, one]) => isPlain(one) && key !== 'cell');
  if (facts.length > 0) {
    const cell = typeof value.cell === 'string' ? value.cell : undefined;
    tables.push({ title: sayField(name), columns: [m.readable_what(), m.readable_value()], rows: facts.map((fact) => rowOfFact(fact, cell, locale)) });
  }
  for (const [key, inner] of Object.entries(value)) if (!isPlain(inner)) walk(inner, key, locale, tables);
}

function rowOfFact([key, value]: [string, unknown], cell: string | undefined, locale: string): ReadableCell[] {
  const what = { text: sayField(key) };
  const told: ReadableCell = { text: sayPlain(value, locale), isNumber: typeof value === 'number' };
  return [what, key === 'n' && cell ? { ...told, cell, title: what.text } : told];
}

function tableOf(things: Thing[], name: string, locale: string): ReadableTable {
  const fields = [...new Set(things.flatMap((thing) => Object.keys(thing)))];
  const plain = fields.filter((field) => !NAMING.has(field) && things.some((thing) => isPlain(thing[field]) && thing[field] !== undefined));
  const nested = fields.filter((field) => things.some((thing) => Array.isArray(thing[field]) && (thing[field] as unknown[]).some(isThing)));
  const columns = nested.flatMap((field) => columnsOf(things, field, locale));
  const isNamed = fields.some((field) => NAMING.has(field) && field !== 'cell');
  return {
    title: sayField(name),
    columns: [...(isNamed ? [sayField('name')] : []), ...plain.map(sayField), ...columns],
    rows: things.map((thing) => rowOf(thing, { isNamed, plain, nested }, locale)),
  };
}

function rowOf(thing: Thing, { isNamed, plain, nested }: { isNamed: boolean; plain: string[]; nested: string[] }, locale: string): ReadableCell[] {
  const name = nameOf(thing, locale);
  const cell = typeof thing.cell === 'string' ? thing.cell : undefined;
  // The number that the cell opens is `n`; where there is none, the first number is.
  const opener = plain.includes('n') ? 'n' : plain.find((field) => typeof thing[field] === 'number');
  const own = plain.map((field): ReadableCell => {
    const told = { text: sayPlain(thing[field], locale), isNumber: typeof thing[field] === 'number' };
    return field === opener && cell && told.text !== '0' ? { ...told, cell, title: name } : told;
  });
  const inner = nested.flatMap((field) => (thing[field] as unknown[]).filter(isThing).map((one) => cellOf(one, name, locale)));
  return [...(isNamed ? [{ text: name }] : []), ...own, ...inner];
}

function columnsOf(things: Thing[], field: string, locale: string): string[] {
  const longest = things.map((thing) => thing[field]).filter(Array.isArray).sort((a, b) => b.length - a.length)[0] ?? [];
  return longest.filter(isThing).map((one) => nameOf(one, locale));
}

function cellOf(thing: Thing, row: string, locale: string): ReadableCell {
  const value = thing.n ?? Object.entries(thing).find(([key, one]) => !NAMING.has(key) && isPlain(one))?.[1];
  const told: ReadableCell = { text: sayPlain(value, locale), isNumber: true };
  return typeof thing.cell === 'string' && value !== 0 ? { ...told, cell: thing.cell, title: `${row} · ${nameOf(thing, locale)}` } : told;
}

function nameOf(thing: Thing, locale: string): string {
  const inWords = isThing(thing.labels) ? inLanguage(thing.labels as Record<string, string>, locale) : '';
  return inWords || textIn(thing.label) || textIn(thing.key) || m.none();
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function sayPlain(value: unknown, locale: string): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'number') return sayNumber(value, locale);
  if (typeof value === 'boolean') return value ? m.yes() : m.no();
  return Array.isArray(value) ? value.map((one) => sayPlain(one, locale)).join(', ') : String(value);
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): boolean {
  return Array.isArray(value) ? !value.some((one) => typeof one === 'object' && one !== null) : !isThing(value);
}

/** A field in words where it has some, else its name with spaces. */
export function sayField(field: string): string {
  const words: Record<string, () => string> = {
    name: m.field_name,
    n: m.field_n,
    n_visits: m.field_visits,
    n_encounters: m.field_encounters,
    rows: m.field_rows,
    seconds: m.field_seconds,
    share: m.field_share,
  };
  const known = words[field]?.();
  if (known) return known;
  const spaced = field.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
