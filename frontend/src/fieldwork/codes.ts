/** The codebook as the screens need it: the published version, its rows, and labels in the reader's language. */
import type { Code } from '../store/subjects';

export type { Code };

export interface Codebook {
  version: number;
  codes: Code[];
}

interface CodebookLike {
  fields: object;
}

/** First-class answers that every structure row ends with. */
export const NONE_OF_THESE = 'none_of_these';
export const UNCLEAR = 'unclear';

/** The highest published version, or null while the study has none on this device. */
export function currentCodebook(subjects: readonly CodebookLike[]): Codebook | null {
  const published = subjects
    .map((subject) => subject.fields as Partial<Codebook> & { status?: string })
    .filter((fields) => fields.status === 'published' && typeof fields.version === 'number');
  published.sort((a, b) => (b.version ?? 0) - (a.version ?? 0));
  const newest = published[0];
  return newest ? { version: newest.version ?? 1, codes: newest.codes ?? [] } : null;
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
