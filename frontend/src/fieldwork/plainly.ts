import type { App } from '../shell/app';

export interface Plainly {
  readonly spellcheck?: false;
  readonly autocorrect?: 'off';
  readonly writingsuggestions?: 'false';
}

const PLAINLY: Plainly = { spellcheck: false, autocorrect: 'off', writingsuggestions: 'false' };

/**
 * For every field into which somebody writes about people: unless the study allows it, the device is asked to send
 * nothing anywhere to correct, complete or suggest. That nobody dictates is agreed on; no page can forbid it.
 */
export function plainly({ study }: Pick<App, 'study'>): Plainly {
  return study?.allows_dictation ? {} : PLAINLY;
}
