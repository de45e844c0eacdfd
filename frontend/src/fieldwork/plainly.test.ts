import { expect, it } from 'vitest';
import type { StudyBrief } from '../store/session';
import { plainly } from './plainly';

it('asks for no corrections and suggestions unless the study allows them; before anything is known of it too', () => {
  const asked = { autocomplete: 'off', spellcheck: false, autocorrect: 'off', writingsuggestions: 'false' };
  expect(plainly({ study: undefined })).toEqual(asked);
  expect(plainly({ study: { allows_dictation: false } as StudyBrief })).toEqual(asked);
  expect(plainly({ study: { allows_dictation: true } as StudyBrief })).toEqual({ autocomplete: 'off' });
});
