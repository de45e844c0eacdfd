import { expect, test } from 'vitest';
import type { StudyTerms } from '../sync/papersServer';
import { toForm, whatChanged } from './terms';

const STUDY = {
  controller: 'Aalborg', joint_controller: null, processor: null, hosting_place: null, purpose: null, purpose_limits: null,
  legal_basis: null, retention_until: null, concern_procedure: null, lock_reason: null, lock_required: true, allows_dictation: false,
} as unknown as StudyTerms;
const OPEN = { ...STUDY, lock_required: false, lock_reason: 'indoors' };

test('only what was changed is sent, and an emptied term as null', () => {
  expect(whatChanged(toForm(STUDY), STUDY)).toEqual({});
  const form = { ...toForm(STUDY), controller: '  ', purpose: ' To see ', dictation: 'on' as const };
  expect(whatChanged(form, STUDY)).toEqual({ controller: null, purpose: 'To see', allows_dictation: true });
});

test('the lock goes off together with its reason, and comes back without one', () => {
  expect(whatChanged({ ...toForm(STUDY), lock: 'off', lock_reason: 'indoors' }, STUDY)).toEqual({ lock_required: false, lock_reason: 'indoors' });
  expect(whatChanged({ ...toForm(STUDY), lock: 'off' }, STUDY)).toEqual({ lock_required: false, lock_reason: null });
  expect(whatChanged({ ...toForm(OPEN), lock: 'on' }, OPEN)).toEqual({ lock_required: true, lock_reason: null });
  expect(whatChanged({ ...toForm(OPEN), lock_reason: 'one room' }, OPEN)).toEqual({ lock_required: false, lock_reason: 'one room' });
  expect(whatChanged({ ...toForm(STUDY), lock_reason: 'typed, then thought better of' }, STUDY)).toEqual({});
});
