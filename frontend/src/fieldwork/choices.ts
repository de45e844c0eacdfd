/** The codes of a dimension as choices: label, colour, and the two answers that are always there. */
import { colorOf, labelOf, namedStructures, NONE_OF_THESE, rowOf, UNCLEAR, type Codebook } from './codes';
import { m } from '../i18n/paraglide/messages.js';

export interface CodeChoice {
  key: string;
  label: string;
  color: string;
}

export function codeChoices(codebook: Codebook | null, dimension: 'action' | 'structure' | 'flag', locale: string): CodeChoice[] {
  const codes = dimension === 'structure' ? namedStructures(codebook) : rowOf(codebook, dimension);
  const named = codes.map((code) => ({ key: code.key, label: labelOf(code, code.key, locale), color: colorOf(code) }));
  if (dimension !== 'structure') return named;
  const always = [NONE_OF_THESE, UNCLEAR].map((key) => ({ key, label: structureLabel(key), color: 'transparent' }));
  return [...named, ...always];
}

function structureLabel(key: string): string {
  return key === UNCLEAR ? m.structure_unclear() : m.structure_none_of_these();
}
