/** A codebook being worked on: every step gives a new draft, nothing is published by it. Pure. */
import type { Code, CodebookFields, Dimension } from '../store/subjects';

export interface CodebookDraft {
  /** The thing it is reported as; never shared between two devices. */
  readonly id: string;
  /** The published version it follows; 0 = the study has none yet. */
  readonly follows: number;
  readonly note: string;
  readonly codes: readonly Code[];
}

export const DIMENSIONS: readonly Dimension[] = ['structure', 'action', 'flag'];
/** Always in the structure row, whatever the study decides. */
export const ALWAYS = ['none_of_these', 'unclear'];
const LONGEST_KEY = 60;

export const isSame = (one: Code, other: Pick<Code, 'dimension' | 'key'>): boolean =>
  one.dimension === other.dimension && one.key === other.key;

export function beginDraft(id: string, base: Pick<CodebookFields, 'version' | 'codes'> | null): CodebookDraft {
  return { id, follows: base?.version ?? 0, note: '', codes: inOrder(base?.codes ?? []) };
}

/** The codes of a row in their order; the two answers that are always there come last. */
export function rowOfDraft(codes: readonly Code[], dimension: Dimension): Code[] {
  return codes.filter((code) => code.dimension === dimension);
}

/** All codes, dimension by dimension, numbered in the order in which they stand. */
function inOrder(codes: readonly Code[]): Code[] {
  const sorted = DIMENSIONS.flatMap((dimension) =>
    codes
      .filter((code) => code.dimension === dimension)
      .sort((one, other) => rank(one) - rank(other) || (one.order ?? 0) - (other.order ?? 0)),
  );
  return renumber(sorted);
}

const rank = (code: Code): number => (isAlways(code) ? 1 : 0);

export const isAlways = (code: Code): boolean => code.dimension === 'structure' && ALWAYS.includes(code.key);

function renumber(codes: readonly Code[]): Code[] {
  return codes.map((code, index) => (code.order === index + 1 ? code : { ...code, order: index + 1 }));
}

function withCodes(draft: CodebookDraft, codes: readonly Code[]): CodebookDraft {
  return { ...draft, codes: inOrder(renumber(codes)) };
}

/** Other values for one code. */
export function setCode(draft: CodebookDraft, which: Pick<Code, 'dimension' | 'key'>, values: Partial<Code>): CodebookDraft {
  return { ...draft, codes: draft.codes.map((code) => (isSame(code, which) ? { ...code, ...values } : code)) };
}

/** A new code behind the others of its row, or behind one of them. Gives back its key too. */
export function addCode(
  draft: CodebookDraft,
  made: Pick<Code, 'dimension' | 'label'> & Partial<Code>,
  behind?: string,
): { draft: CodebookDraft; key: string } {
  const key = made.key ?? makeKey(Object.values(made.label)[0] ?? '', draft.codes, made.dimension);
  const code: Code = { timing: 'point', scope: 'act', status: 'active', ...made, key };
  const codes = [...draft.codes];
  const at = behind === undefined ? -1 : codes.findIndex((one) => isSame(one, { dimension: made.dimension, key: behind }));
  codes.splice(at < 0 ? codes.length : at + 1, 0, code);
  return { draft: withCodes(draft, codes), key };
}

/** `Gøre for` becomes `goere_for`; a key that is taken gets a number. */
export function makeKey(label: string, codes: readonly Code[], dimension: Dimension): string {
  const spelled = label.toLowerCase().replaceAll('æ', 'ae').replaceAll('ø', 'oe').replaceAll('å', 'aa').replaceAll('ß', 'ss');
  const plain = spelled.normalize('NFKD').replace(/[^a-z0-9]+/g, (gap) => (/^\p{M}+$/u.test(gap) ? '' : '_'));
  const trimmed = plain.replace(/^_+|_+$/g, '').slice(0, LONGEST_KEY);
  const first = /^[a-z]/.test(trimmed) ? trimmed : `code_${trimmed}`.replace(/_+$/, '');
  let key = first;
  for (let number = 2; codes.some((code) => isSame(code, { dimension, key })); number += 1) key = `${first}_${number}`;
  return key;
}

/** Move a code to another place of its row, counted from 0 among the codes of the row. */
export function moveCode(draft: CodebookDraft, which: Pick<Code, 'dimension' | 'key'>, to: number): CodebookDraft {
  const row = rowOfDraft(draft.codes, which.dimension);
  const moved = row.find((code) => isSame(code, which));
  if (!moved) return draft;
  const others = row.filter((code) => code !== moved);
  others.splice(Math.max(0, Math.min(to, others.length)), 0, moved);
  const codes = DIMENSIONS.flatMap((each) => (each === which.dimension ? others : rowOfDraft(draft.codes, each)));
  return withCodes(draft, codes);
}

/** A code that was never published goes; one that was is retired, because old entries carry it. */
export function removeCode(draft: CodebookDraft, which: Pick<Code, 'dimension' | 'key'>, base: readonly Code[]): CodebookDraft {
  if (base.some((code) => isSame(code, which))) return setCode(draft, which, { status: 'retired' });
  return withCodes(draft, draft.codes.filter((code) => !isSame(code, which)));
}

/** One code goes up in another of its row; entries are recoded once the version is published. */
export function mergeCode(draft: CodebookDraft, which: Pick<Code, 'dimension' | 'key'>, into: string): CodebookDraft {
  const others = draft.codes.map((code) =>
    code.dimension === which.dimension && code.replaced_by === which.key ? { ...code, replaced_by: into } : code,
  );
  return setCode({ ...draft, codes: others }, which, { status: 'retired', replaced_by: into });
}

/** Two codes in the place of one, which is retired; they begin as copies of it. Which entries go where is planned later. */
export function splitCode(draft: CodebookDraft, which: Code, labels: readonly Record<string, string>[]): CodebookDraft {
  const { key: _key, order: _order, color: _color, shortcut: _shortcut, replaced_by: _into, ...same } = which;
  let next = draft;
  let behind = which.key;
  for (const label of labels) {
    const made = addCode(next, { ...same, label, status: 'active' }, behind);
    next = made.draft;
    behind = made.key;
  }
  return setCode(next, which, { status: 'retired', replaced_by: null });
}

/** In use again. */
export function restoreCode(draft: CodebookDraft, which: Pick<Code, 'dimension' | 'key'>): CodebookDraft {
  return setCode(draft, which, { status: 'active', replaced_by: null });
}

/** What is published or reported as a draft. */
export function toPayload(draft: CodebookDraft): Omit<CodebookFields, 'status'> {
  const { follows, note, codes } = draft;
  return { version: follows + 1, note, follows: follows || null, codes: [...codes] };
}

export type Trouble = { code: Code; what: 'label' | 'shortcut' | 'same_label' };

/** What keeps a draft from being published. */
export function troublesOf(draft: CodebookDraft): Trouble[] {
  const used = draft.codes.filter((code) => code.status !== 'retired');
  return used.flatMap((code): Trouble[] => {
    const others = used.filter((other) => other !== code && other.dimension === code.dimension);
    const labels = Object.values(code.label).map(fold).filter(Boolean);
    if (labels.length === 0) return [{ code, what: 'label' }];
    if (code.shortcut && others.some((other) => other.shortcut === code.shortcut)) return [{ code, what: 'shortcut' }];
    const isTwice = others.some((other) => Object.entries(other.label).some(([at, word]) => word && fold(code.label[at] ?? '') === fold(word)));
    return isTwice ? [{ code, what: 'same_label' }] : [];
  });
}

const fold = (label: string): string => label.normalize('NFC').trim().toLowerCase();
