/** Opening and closing a key sheet. Whoever signs out, locks, or goes to another study has closed it with that. */
import { m } from '../../i18n/paraglide/messages.js';
import type { App } from '../../shell/app';
import { say } from '../../ui/say.svelte';
import { survivorOf } from '../survivor';
import { nameFinder } from './findNames';
import { holdOpen, openedSheet } from './opened.svelte';
import { foldLabel, MOST_BYTES, readSheet, type SheetProblem } from './readSheet';

let stopWatching: (() => void) | undefined;

/** Read a file into the memory of this tab. What is wrong with it says no word of it. */
export async function openSheet(app: App, file: Blob): Promise<SheetProblem | undefined> {
  if (file.size > MOST_BYTES) return { code: 'large', lines: [] };
  const { notebook } = app;
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { code: 'unreadable', lines: [] };
  }
  // Somebody may have left while it was read.
  if (!isThere(app, notebook)) return undefined;
  const read = readSheet(bytes, labelsOf(app));
  if ('problem' in read) return read.problem;
  closeSheet();
  const n_names = read.persons.reduce((sum, { names }) => sum + names.length, 0);
  holdOpen({ n_names, find: nameFinder(read.persons) });
  stopWatching = watch(app);
  return undefined;
}

export function closeSheet(): void {
  if (openedSheet()) say(m.key_sheet_was_closed());
  holdOpen(undefined);
  stopWatching?.();
  stopWatching = undefined;
}

/** Every pseudonym of the study, and the one that it goes by after merging. */
function labelsOf(app: App): Map<string, string> {
  const actors = new Map(app.notebook.list('actor').map((actor) => [actor.id, actor]));
  const labels = [...actors.values()].map(({ id, fields }): [string, string] => {
    const survivor = actors.get(survivorOf(actors, id));
    return [foldLabel(fields.label), survivor?.fields.label ?? fields.label];
  });
  return new Map(labels);
}

function isThere(app: App, notebook: App['notebook']): boolean {
  return app.phase === 'open' && !app.isLocked && app.notebook === notebook;
}

function watch(app: App): () => void {
  const { notebook } = app;
  const leave = $effect.root(() => {
    $effect(() => {
      // Not within the effect: it would end itself.
      if (!isThere(app, notebook)) queueMicrotask(closeSheet);
    });
  });
  // A page that is left may be kept by the browser, to come back to.
  const signs = ['skygge:locking', 'pagehide'];
  for (const sign of signs) addEventListener(sign, closeSheet);
  return () => {
    leave();
    for (const sign of signs) removeEventListener(sign, closeSheet);
  };
}
