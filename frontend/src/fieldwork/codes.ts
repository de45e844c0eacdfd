/** The codebook as the screens need it: the published version, its rows, and labels in the reader's language. */
import type { Draft } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { Code } from '../store/subjects';

export type { Code };

export interface Codebook {
  version: number;
  codes: Code[];
}

interface CodebookLike {
  fields: object;
  is_on_server?: boolean;
}

/** First-class answers that every structure row ends with. */
export const NONE_OF_THESE = 'none_of_these';
export const UNCLEAR = 'unclear';
/** Behind every code that the study has placed itself. */
const LAST = 1_000_000;

/**
 * The highest published version, or null while the study has none on this device. One that was written here counts once
 * the server has taken it: another may have been published in between.
 */
export function currentCodebook(subjects: readonly CodebookLike[]): Codebook | null {
  const all = subjects.filter(({ fields }) => {
    const { status, version } = fields as { status?: string; version?: unknown };
    return status === 'published' && typeof version === 'number';
  });
  const taken = all.filter((subject) => subject.is_on_server !== false);
  // After a restore none may count as taken for a moment, and the field goes on coding.
  const published = (taken.length > 0 ? taken : all).map(({ fields }) => fields as Partial<Codebook>);
  published.sort((a, b) => (b.version ?? 0) - (a.version ?? 0));
  const newest = published[0];
  return newest ? { version: newest.version ?? 1, codes: newest.codes ?? [] } : null;
}

/** The codebook of the field: the published version, and after it what was proposed on the way, in that order. */
export function fieldCodebook(notebook: Notebook): Codebook | null {
  const codebook = currentCodebook(notebook.list('codebook'));
  const known = new Set((codebook?.codes ?? []).map((code) => `${code.dimension} ${code.key}`));
  const proposed = notebook.list('code').filter((one) => !one.retracted && one.fields.status === 'provisional');
  const added = proposed.map((one) => one.fields).filter((code) => !known.has(`${code.dimension} ${code.key}`));
  if (added.length === 0) return codebook;
  const codes = [...(codebook?.codes ?? []), ...added.map((code, index) => ({ ...code, order: LAST + index }))];
  return { version: codebook?.version ?? 0, codes };
}

/** A provisional code; its key is made of the id, because a label may still change. */
export function proposeCode(id: string, dimension: 'action' | 'structure', label: string, locale: string): Draft {
  const key = `p_${id.replaceAll('-', '')}`;
  return { kind: 'code.proposed', subject_id: id, payload: { dimension, key, label: { [locale]: label } } };
}

/** The codes of a row that can be given now, in their order. */
export function rowOf(codebook: Codebook | null, dimension: Code['dimension']): Code[] {
  const codes = (codebook?.codes ?? []).filter((code) => code.dimension === dimension && code.status !== 'retired');
  return codes.sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
}

/** The structures of the study without the two answers that are always there. */
export function namedStructures(codebook: Codebook | null): Code[] {
  return rowOf(codebook, 'structure').filter((code) => code.key !== NONE_OF_THESE && code.key !== UNCLEAR);
}

export function findCode(codebook: Codebook | null, dimension: Code['dimension'], key: string | null): Code | undefined {
  return key === null ? undefined : codebook?.codes.find((code) => code.dimension === dimension && code.key === key);
}

/** A label in the reader's language, else English, else any, else the key. */
export function labelOf(code: Code | undefined, key: string, locale: string): string {
  const label = code?.label ?? {};
  return label[locale] ?? label.en ?? Object.values(label)[0] ?? key;
}

/** A colour only where it is one of a codebook: `#rrggbb`. */
export function colorOf(code: Code | undefined): string {
  return /^#[0-9a-f]{6}$/i.test(code?.color ?? '') ? (code?.color as string) : 'transparent';
}
