/** Codes as heads of rows and columns: their names, and the colour of a structure. */
import type { MatrixHead } from '../../charts/Matrix.svelte';
import { colorOf, findCode } from '../../fieldwork/codes';
import { codebookOf } from '../../fieldwork/naming';
import { inLanguage } from '../../i18n/inLanguage';
import type { App } from '../../shell/app';
import { withoutCode } from '../answers';

export interface Tally {
  n: number;
  n_encounters: number;
  n_visits: number;
  cell: string;
}

export interface Coded {
  key: string | null;
  labels: Record<string, string>;
}

/** Stands for entries without a code, where keys have to be texts. */
export const UNCODED = '-';

export function nameOf(app: App, { key, labels }: Coded, dimension: string): string {
  return key === null ? withoutCode(dimension) : inLanguage(labels, app.locale) || key;
}

export function structureColor(app: App, key: string | null): string | undefined {
  const color = colorOf(findCode(codebookOf(app), 'structure', key));
  return color === 'transparent' ? undefined : color;
}

export function headOf(app: App, coded: Coded, dimension: string): MatrixHead {
  const color = dimension === 'structure' ? structureColor(app, coded.key) : undefined;
  return { key: coded.key ?? UNCODED, name: nameOf(app, coded, dimension), color };
}
