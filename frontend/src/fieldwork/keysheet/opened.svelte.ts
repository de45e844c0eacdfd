import type { NameHint } from '../nameHints';

/** The key sheet that is open in this tab: in its memory alone, never sent, never kept. */
export interface OpenedSheet {
  readonly n_names: number;
  find(text: string): NameHint[];
}

let opened: OpenedSheet | undefined = $state.raw();

export function openedSheet(): OpenedSheet | undefined {
  return opened;
}

export function holdOpen(sheet: OpenedSheet | undefined): void {
  opened = sheet;
}
