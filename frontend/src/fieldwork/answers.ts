/** The answers of the one-tap consent check, and how one is given. */
import { m } from '../i18n/paraglide/messages.js';
import type { Draft } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { Check, CheckAnswer } from '../store/subjects';
import { checkOf, type Encounter } from './consent';
import { isSame } from './survivor';

export const CHECK_ANSWERS: readonly CheckAnswer[] = ['yes', 'partly', 'declined', 'could_not_ask', 'proxy'];
/** After these answers it matters what was seen of the person. */
const SEEN_MATTERS: readonly CheckAnswer[] = ['partly', 'could_not_ask', 'proxy'];

export function mayShowAssent(check: Check | undefined): boolean {
  return check !== undefined && SEEN_MATTERS.includes(check.answer);
}

/** The check of one person replaced; the same answer again takes it back. */
export function giveCheck(notebook: Notebook, encounter: Encounter, check: Check): Draft {
  const before = checkOf(notebook, encounter, check.actor_id);
  const others = (encounter.fields.checks ?? []).filter((one) => !isSame(notebook, one.actor_id, check.actor_id));
  const isTakenBack = before?.answer === check.answer && (before.assent ?? null) === (check.assent ?? null);
  return { kind: 'encounter.amended', subject_id: encounter.id, payload: { checks: isTakenBack ? others : [...others, check] } };
}

export function answerName(answer: CheckAnswer): string {
  const names: Record<CheckAnswer, () => string> = {
    yes: m.consent_yes,
    partly: m.consent_partly,
    declined: m.consent_declined,
    could_not_ask: m.consent_could_not_ask,
    proxy: m.consent_proxy,
  };
  return names[answer]();
}
