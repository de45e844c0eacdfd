import { describe, expect, it } from 'vitest';
import type { Code } from '../store/subjects';
import { carryOver, compareCodes } from './compare';
import { addCode, beginDraft, makeKey, mergeCode, moveCode, removeCode, rowOfDraft, setCode, splitCode, toPayload, troublesOf } from './draft';

const code = (key: string, more: Partial<Code> = {}): Code => ({ dimension: 'structure', key, label: { en: key }, status: 'active', ...more });
const CODES = [code('directing', { order: 1 }), code('doing_for', { order: 2 }), code('doing_with', { order: 3 }), code('none_of_these', { order: 4 }), code('unclear', { order: 5 })];
const base = { version: 3, codes: CODES };
const draft = beginDraft('d1', base);
const keys = (codes: readonly Code[]) => rowOfDraft(codes, 'structure').map(({ key }) => key);

describe('a draft of a codebook', () => {
  it('follows the version it began with and names the next', () => {
    expect(toPayload(draft)).toMatchObject({ version: 4, follows: 3, note: '' });
    expect(toPayload(beginDraft('d', null))).toMatchObject({ version: 1, follows: null, codes: [] });
  });

  it('moves a code within its row, and the two answers that are always there stay last', () => {
    const which = { dimension: 'structure', key: 'doing_with' } as const;
    const moved = moveCode(draft, which, 0);
    expect(keys(moved.codes)).toEqual(['doing_with', 'directing', 'doing_for', 'none_of_these', 'unclear']);
    expect(moved.codes.map(({ order }) => order)).toEqual([1, 2, 3, 4, 5]);
    expect(keys(moveCode(draft, which, 9).codes).slice(-3)).toEqual(['doing_with', 'none_of_these', 'unclear']);
  });

  it('gives a new code a key of its own, behind the code it was asked to stand behind', () => {
    const { draft: added, key } = addCode(draft, { dimension: 'structure', label: { da: 'Gøre for' } }, 'directing');
    expect(key).toBe('goere_for');
    expect(keys(added.codes).slice(0, 3)).toEqual(['directing', 'goere_for', 'doing_for']);
    expect(makeKey('Gøre for', added.codes, 'structure')).toBe('goere_for_2');
    expect(makeKey('Gøre for', added.codes, 'action')).toBe('goere_for');
    expect(makeKey('Café 2!', [], 'flag')).toBe('cafe_2');
    expect(makeKey('…', [], 'flag')).toBe('code');
  });

  it('retires what was published and drops what never was', () => {
    const { draft: added } = addCode(draft, { dimension: 'structure', label: { en: 'New' } });
    const gone = removeCode(removeCode(added, { dimension: 'structure', key: 'new' }, CODES), CODES[0] as Code, CODES);
    expect(keys(gone.codes)).toEqual(keys(CODES));
    expect(gone.codes[0]?.status).toBe('retired');
  });

  it('merges one code into another, and what was merged into it follows', () => {
    const once = mergeCode(draft, { dimension: 'structure', key: 'directing' }, 'doing_for');
    const twice = mergeCode(once, { dimension: 'structure', key: 'doing_for' }, 'doing_with');
    expect(twice.codes.slice(0, 2).map(({ status, replaced_by }) => [status, replaced_by])).toEqual([
      ['retired', 'doing_with'],
      ['retired', 'doing_with'],
    ]);
  });

  it('splits a code into copies that stand where it stood', () => {
    const split = splitCode(setCode(draft, CODES[1] as Code, { definition: 'kindly', shortcut: '2' }), { ...(CODES[1] as Code), definition: 'kindly', shortcut: '2' }, [{ en: 'Helping' }, { en: 'Taking over' }]);
    expect(keys(split.codes).slice(0, 4)).toEqual(['directing', 'doing_for', 'helping', 'taking_over']);
    expect(split.codes[1]?.status).toBe('retired');
    expect(split.codes[2]).toMatchObject({ definition: 'kindly', status: 'active' });
    expect(split.codes[2]?.shortcut).toBeUndefined();
  });

  it('is not to be published with a code without a name, or two that cannot be told apart', () => {
    const what = (values: Partial<Code>) => troublesOf(setCode(draft, CODES[0] as Code, values)).map((one) => one.what);
    expect(troublesOf(draft)).toEqual([]);
    expect(what({ label: { en: ' ' } })).toEqual(['label']);
    expect(what({ label: { en: 'Doing_For' } })).toContain('same_label');
    expect(what({ label: { en: 'Doing_For' }, status: 'retired' })).toEqual([]);
    expect(troublesOf(setCode(setCode(draft, CODES[0] as Code, { shortcut: '1' }), CODES[1] as Code, { shortcut: '1' })).map((one) => one.what)).toEqual(['shortcut', 'shortcut']);
  });
});

describe('two versions side by side', () => {
  it('tells what happened to each code, and nothing of those that were pushed along', () => {
    const { draft: added } = addCode(draft, { dimension: 'structure', label: { en: 'New' } });
    const next = mergeCode(setCode(moveCode(added, CODES[2] as Code, 0), CODES[2] as Code, { care: 2 }), CODES[1] as Code, 'doing_with');
    const told = compareCodes(CODES, next.codes).map(({ code: { key }, what, fields }) => [key, what, ...fields.map(({ field }) => field)]);
    expect(told).toEqual([['doing_with', 'changed', 'care'], ['doing_for', 'merged'], ['new', 'added']]);
  });

  it('tells a move alone, by the one that moved', () => {
    const moved = moveCode(draft, CODES[2] as Code, 0);
    expect(compareCodes(CODES, moved.codes).map(({ code: { key }, what }) => [key, what])).toEqual([['doing_with', 'moved']]);
  });

  it('says nothing of an empty text in the place of none, nor of a default that is spelled out', () => {
    expect(compareCodes(CODES, CODES.map((one) => ({ ...one, definition: '', control: null, timing: 'point' as const, scope: 'act' as const })))).toEqual([]);
  });
});

describe('carrying a draft over to a version that was published meanwhile', () => {
  it('keeps what either of the two changed, and tells where both changed the same', () => {
    const ours = setCode(setCode(addCode(draft, { dimension: 'structure', label: { en: 'Ours' } }).draft, CODES[0] as Code, { definition: 'ours' }), CODES[1] as Code, { starts: 'ours' });
    const theirs = [
      { ...(CODES[0] as Code), definition: 'theirs', ends: 'theirs' },
      { ...(CODES[1] as Code), definition: 'theirs' },
      CODES[2] as Code,
      code('theirs', { order: 4 }),
      { ...(CODES[3] as Code), order: 5 },
      { ...(CODES[4] as Code), order: 6 },
    ];
    const { draft: carried, both } = carryOver(ours, CODES, { version: 4, codes: theirs }, 'd2');
    const of = (key: string) => carried.codes.find((one) => one.key === key);
    expect(carried).toMatchObject({ id: 'd2', follows: 4 });
    expect(of('directing')).toMatchObject({ definition: 'ours', ends: 'theirs' });
    expect(of('doing_for')).toMatchObject({ definition: 'theirs', starts: 'ours' });
    expect([of('ours'), of('theirs')].every(Boolean)).toBe(true);
    expect(both.map(({ code: { key }, field, theirs: value }) => [key, field, value])).toEqual([['directing', 'definition', 'theirs']]);
  });
});
