/** Other codes in the place of those that a study has. Pure. */
import type { Code } from '../store/subjects';
import { ALWAYS, isSame } from './draft';

/** Codes that were published stay as retired ones, for entries carry them; the two answers are always there. */
export function beginFrom(codes: readonly Code[], published: readonly Code[]): Code[] {
  const left = published.filter((code) => !codes.some((one) => isSame(one, code)));
  const isKept = (code: Code): boolean => code.dimension === 'structure' && ALWAYS.includes(code.key);
  const all = [...codes, ...left.map((code): Code => (isKept(code) ? code : { ...code, status: 'retired' }))];
  return all.map((code, at) => ({ ...code, order: at + 1 }));
}
