import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setLocale } from '../../i18n/paraglide/runtime.js';
import type { App } from '../../shell/app';
import { newPhone } from '../../store/forTests';
import { newId } from '../../store/identity';
import type { OpenNotebook } from '../../store/openNotebook';
import { lastSaid } from '../../ui/say.svelte';
import { openedSheet } from './opened.svelte';
import { closeSheet, openSheet } from './opening.svelte';
import { MOST_BYTES } from './readSheet';
import { sayBad } from './sayBad';

let [notebook, other]: OpenNotebook[] = [];
let app: App;
const GOOD = new Blob(['pseudonym;name\nC1;Karen Holm|Kaja\nX1;Tante']);
const [c1, x1] = [newId(), newId()];

function appWith(open: OpenNotebook): App {
  let [phase, isLocked, shown] = $state.raw(['open', false, open] as [string, boolean, OpenNotebook]);
  return {
    get phase() { return phase; },
    set phase(next: string) { phase = next; },
    get isLocked() { return isLocked; },
    set isLocked(next: boolean) { isLocked = next; },
    get notebook() {
      if (phase !== 'open') throw new Error('no notebook is open');
      return shown;
    },
    set notebook(next: OpenNotebook) { shown = next; },
  } as unknown as App;
}

async function settle(): Promise<void> {
  flushSync();
  await Promise.resolve();
}

beforeEach(async () => {
  [notebook, other] = await Promise.all([newPhone().open(), newPhone().open()]);
  await (notebook as OpenNotebook).write([
    { kind: 'actor.added', subject_id: c1, payload: { label: 'C1', kind: 'citizen' } },
    { kind: 'actor.added', subject_id: x1, payload: { label: 'X1', kind: 'citizen', merged_into: c1 } },
  ]);
  app = appWith(notebook as OpenNotebook);
});
afterEach(async () => {
  closeSheet();
  vi.restoreAllMocks();
  await Promise.all([notebook?.close(), other?.close()]);
});

describe('an opened key sheet', () => {
  it('finds its people, under the pseudonym that they go by now', async () => {
    expect(await openSheet(app, GOOD)).toBeUndefined();
    expect(openedSheet()?.n_names).toBe(3);
    expect(openedSheet()?.find('kaja og tante').map(({ who }) => who)).toEqual([['C1'], ['C1']]);
  });

  it.each([
    ['it is closed', () => closeSheet()],
    ['somebody signs out', () => Object.assign(app, { phase: 'sign-in' })],
    ['the study is left', () => Object.assign(app, { phase: 'studies' })],
    ['another study is open', () => Object.assign(app, { notebook: other })],
    ['the lock closes', () => Object.assign(app, { isLocked: true })],
    ['the lock is about to close', () => dispatchEvent(new Event('skygge:locking'))],
    ['the page is left', () => dispatchEvent(new Event('pagehide'))],
  ])('is gone when %s', async (_when, leave) => {
    await openSheet(app, GOOD);
    await settle();
    expect(openedSheet()).toBeDefined();
    leave();
    await settle();
    expect(openedSheet()).toBeUndefined();
    expect(lastSaid()).toBe('The key sheet is closed.');
  });

  it('is not opened for somebody who left while it was read', async () => {
    const opening = openSheet(app, GOOD);
    Object.assign(app, { isLocked: true });
    await opening;
    expect(openedSheet()).toBeUndefined();
  });

  it('stays when another file is no key sheet', async () => {
    await openSheet(app, GOOD);
    expect(await openSheet(app, new Blob(['C9;Karen']))).toEqual({ code: 'unknown', lines: [1] });
    expect(openedSheet()?.n_names).toBe(3);
  });

  it('is not even read when it is too large, and says so when it cannot be read', async () => {
    const large = new Blob([new Uint8Array(MOST_BYTES + 1)]);
    const reading = vi.spyOn(large, 'arrayBuffer');
    expect((await openSheet(app, large))?.code).toBe('large');
    expect(reading).not.toHaveBeenCalled();
    const gone = { size: 5, arrayBuffer: () => Promise.reject(new Error('C:/Karen.csv')) } as unknown as Blob;
    expect(await openSheet(app, gone)).toEqual({ code: 'unreadable', lines: [] });
  });
});

/** Numbers from a seed, so that what went wrong goes wrong again. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

describe('whatever is wrong with a file', () => {
  const BREAKS: readonly ((text: string, below: (n: number) => number) => string)[] = [
    (text) => text,
    (text) => text.replaceAll('C1', 'C7'),
    (text) => text.replaceAll(';', ' '),
    (text, below) => text.slice(0, below(text.length)) + '"' + text.slice(below(text.length)),
    (text, below) => text.slice(below(text.length)),
    (text) => text.replace(/^C1/gm, ''),
    (text) => `${text}\u0000`,
    (text) => `PK\u0003\u0004${text}`,
    (text) => text.split('\n').map((line) => line.split(';').reverse().join(';')).join('\n'),
    (text) => `name;phone\n${text}`,
  ];

  it('no name of it stands in a problem, a sentence, an error or a log', async () => {
    const seed = Date.now() % 100_000;
    const below = numbersFrom(seed);
    const logs = (['log', 'info', 'warn', 'error', 'debug'] as const).map((how) => vi.spyOn(console, how));
    const LETTERS = 'qxzwkjvæøåÆØÅéßİ';
    const codes = new Set<string>();
    for (let turn = 0; turn < 400; turn++) {
      const word = (): string => Array.from({ length: 4 + below(8) }, () => LETTERS.charAt(below(LETTERS.length))).join('');
      const names = Array.from({ length: 1 + below(6) }, () => `${word()} ${word()}`);
      const text = names.map((name) => `C1;${name}`).join('\n');
      const broken = (BREAKS[below(BREAKS.length)] as (typeof BREAKS)[0])(text, below);
      const file = below(8) === 0 ? new Blob([broken, new Uint8Array(MOST_BYTES)]) : new Blob([broken]);
      let told: string;
      try {
        const problem = await openSheet(app, file);
        if (problem) codes.add(problem.code);
        const inBoth = (['en', 'da'] as const).map((locale) => (void setLocale(locale, { reload: false }), problem ? sayBad(problem) : ''));
        told = [JSON.stringify(problem ?? ''), ...inBoth].join(' ');
      } catch (error) {
        told = `thrown: ${String(error)} ${(error as Error).stack ?? ''}`;
      }
      told += JSON.stringify(logs.flatMap((log) => log.mock.calls));
      for (const part of names.flatMap((name) => name.split(' '))) expect(told.includes(part), `seed ${seed}, turn ${turn}`).toBe(false);
      expect(told, `seed ${seed}, turn ${turn}`).not.toContain('thrown');
    }
    expect([...codes].sort()).toEqual(['binary', 'columns', 'large', 'nobody', 'quote', 'spreadsheet', 'unknown']);
  });
});
