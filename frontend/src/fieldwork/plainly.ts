import type { App } from '../shell/app';

export interface Plainly {
  readonly autocomplete: 'off';
  readonly spellcheck?: false;
  readonly autocorrect?: 'off';
  readonly writingsuggestions?: 'false';
}

const FORGOTTEN: Plainly = { autocomplete: 'off' };
const PLAINLY: Plainly = { ...FORGOTTEN, spellcheck: false, autocorrect: 'off', writingsuggestions: 'false' };

/**
 * For every field into which somebody writes about people: unless the study allows it, the device is asked to send
 * nothing anywhere to correct, complete or suggest. That nobody dictates is agreed on; no page can forbid it.
 * Always it is to forget them: for its next start a browser writes down what stands in a page's fields, in a file of its
 * own that no lock seals, except where nothing is to be completed.
 */
export function plainly({ study }: Pick<App, 'study'>): Plainly {
  return study?.allows_dictation ? FORGOTTEN : PLAINLY;
}
