import { ask, type Schemas } from './api';
import type { SetupForm, StudyForm } from './server';

/** What somebody does on a first day: an account, a study, a device or a password that was not there before. */
export const entrance = {
  setUp: (token: string, form: SetupForm) =>
    ask('post', '/api/v1/setup', { body: { token, ...form, study: withDefaults(form.study) } }),
  claimPairing: (body: Schemas['PairingClaim']) => ask('post', '/api/v1/pairings/claim', { body }),
  finishPairing: (body: Schemas['PairingFinish']) => ask('post', '/api/v1/pairings/finish', { body }),
  join: (body: Schemas['Acceptance']) => ask('post', '/api/v1/invitations/accept', { body }),
  resetPassword: (token: string, password: string) => ask('post', '/api/v1/reset', { body: { token, password } }),
  createStudy: (form: StudyForm) => ask('post', '/api/v1/studies', { body: withDefaults(form) }),
};

export type Entrance = typeof entrance;

/** Double coding stays blind, and phones have a lock, unless a lead decides otherwise. */
function withDefaults(form: StudyForm): Schemas['StudyIn'] {
  return { observers_see: 'own', lock_required: true, ...form };
}
