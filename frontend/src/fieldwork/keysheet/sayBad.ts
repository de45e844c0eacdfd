import { m } from '../../i18n/paraglide/messages.js';
import type { SheetProblem, SheetProblemCode } from './readSheet';

const SHOWN = 10;

/** What is wrong with a file, in one sentence that repeats no word of it. */
export function sayBad({ code, lines }: SheetProblem): string {
  const numbers = [...lines.slice(0, SHOWN), ...(lines.length > SHOWN ? ['…'] : [])].join(', ');
  const sentences: Record<SheetProblemCode, () => string> = {
    large: m.key_sheet_bad_large,
    unreadable: m.key_sheet_bad_unreadable,
    spreadsheet: m.key_sheet_bad_spreadsheet,
    binary: m.key_sheet_bad_binary,
    quote: () => m.key_sheet_bad_quote({ lines: numbers }),
    columns: m.key_sheet_bad_columns,
    nobody: () => m.key_sheet_bad_nobody({ lines: numbers }),
    unknown: () => m.key_sheet_bad_unknown({ lines: numbers }),
    empty: m.key_sheet_bad_empty,
  };
  return sentences[code]();
}
