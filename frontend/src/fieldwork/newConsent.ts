/** How a consent is written down: the keys to choose from, and the draft. */
import { m } from '../i18n/paraglide/messages.js';
import type { Draft } from '../store/changes';
import { newId } from '../store/identity';
import type { ConsentFields, Stamp } from '../store/subjects';

export type ConsentForm = { [Field in keyof Omit<ConsentFields, 'actor_id' | 'at'>]-?: string };

export const EMPTY: ConsentForm = { ethics: 'given', legal_basis: '', withdrawal_promise: '', way: '', witness: '', renew_on: '' };

const ETHICS: Record<string, () => string> = {
  given: m.ethics_given,
  by_proxy: m.ethics_by_proxy,
  assent: m.ethics_assent,
  declined: m.ethics_declined,
};
const BASES: Record<string, () => string> = {
  public_task: m.basis_public_task,
  consent: m.basis_consent,
  legitimate_interest: m.basis_legitimate_interest,
  other: m.basis_other,
};
const PROMISES: Record<string, () => string> = {
  erase: m.promise_erase,
  redact: m.promise_redact,
  stop: m.promise_stop,
};
export const CHOICES = { ethics: ETHICS, legal_basis: BASES, withdrawal_promise: PROMISES };

/** The draft of one consent; what was not said is left out. */
export function recordConsent(actor_id: string, form: ConsentForm, at: Stamp): Draft {
  const said = Object.fromEntries(Object.entries(form).filter(([, value]) => value.trim() !== ''));
  return { kind: 'consent.recorded', subject_id: newId(), payload: { actor_id, at, ...said } };
}
