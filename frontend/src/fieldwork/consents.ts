/** What somebody agreed to, over time: what stands now, what is due, and how it is written down. */
import { m } from '../i18n/paraglide/messages.js';
import { newId } from '../store/identity';
import type { Draft } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { ActorKind, ConsentFields, Stamp, Subject } from '../store/subjects';
import { isStopped } from './stopped';
import { isSame, personOf } from './survivor';

export type Standing = 'stopped' | 'never' | 'declined' | 'due' | 'agreed';
export type ConsentForm = { [Field in keyof Omit<ConsentFields, 'actor_id' | 'at'>]-?: string };

/** Of things, places and the observers themselves nobody asks. */
const PEOPLE: readonly ActorKind[] = ['professional', 'citizen', 'relative', 'bystander', 'other'];
/** So long before the day a renewal is on the list of what is to be done. */
const SOON_DAYS = 14;

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

/** A key in words; one that this app does not know by its own name. */
export function keyName(field: keyof typeof CHOICES, key: string | null | undefined): string {
  return key ? (CHOICES[field][key]?.() ?? key) : m.consent_not_said();
}

/** People of the study who may be asked, whoever needs something first. */
export function peopleAsked(notebook: Notebook): Subject<'actor'>[] {
  const people = notebook.list('actor').filter(({ id, fields }) => personOf(notebook, id) === id && PEOPLE.includes(fields.kind));
  return people.sort((a, b) => a.fields.label.localeCompare(b.fields.label, undefined, { numeric: true }));
}

/** Everything written down about a person's consent, under whichever id; the newest first. */
export function consentsOf(notebook: Notebook, actor_id: string): Subject<'consent'>[] {
  const own = notebook.list('consent').filter(({ fields }) => isSame(notebook, fields.actor_id, actor_id));
  return own.sort((a, b) => Date.parse(b.fields.at) - Date.parse(a.fields.at) || (a.id < b.id ? 1 : -1));
}

/** What stands now. Somebody who never was asked is a bystander: what is known of their consent is owed. */
export function standingOf(notebook: Notebook, actor: Subject<'actor'>, today: string): Standing {
  if (isStopped(notebook, actor.id)) return 'stopped';
  const [latest] = consentsOf(notebook, actor.id);
  if (!latest) return 'never';
  const { ethics, renew_on } = latest.fields;
  if (ethics === 'declined') return 'declined';
  return renew_on && renew_on <= addDays(today, SOON_DAYS) ? 'due' : 'agreed';
}

export function standingName(standing: Standing): string {
  const names: Record<Standing, () => string> = {
    stopped: m.standing_stopped,
    never: m.standing_never,
    declined: m.standing_declined,
    due: m.standing_due,
    agreed: m.standing_agreed,
  };
  return names[standing]();
}

/** The draft of one consent; what was not said is left out. */
export function recordConsent(actor_id: string, form: ConsentForm, at: Stamp): Draft {
  const said = Object.fromEntries(Object.entries(form).filter(([, value]) => value.trim() !== ''));
  return { kind: 'consent.recorded', subject_id: newId(), payload: { actor_id, at, ...said } };
}

function addDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
}
