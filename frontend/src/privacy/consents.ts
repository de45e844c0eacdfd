/** What somebody agreed to, over time: what stands now, and what is due. */
import { CHOICES } from '../fieldwork/newConsent';
import { m } from '../i18n/paraglide/messages.js';
import type { Notebook } from '../store/notebook';
import type { ActorKind, Subject } from '../store/subjects';

export type Standing = 'stopped' | 'never' | 'declined' | 'due' | 'agreed';

/** Of things, places and the observers themselves nobody asks. */
const PEOPLE: readonly ActorKind[] = ['professional', 'citizen', 'relative', 'bystander', 'other'];
/** So long before the day a renewal is on the list of what is to be done. */
const SOON_DAYS = 14;

/** A key in words; one that this app does not know by its own name. */
export function keyName(field: keyof typeof CHOICES, key: string | null | undefined): string {
  return key ? (CHOICES[field][key]?.() ?? key) : m.consent_not_said();
}

/** People of the study who may be asked, whoever needs something first. */
export function peopleAsked(notebook: Notebook): Subject<'actor'>[] {
  const people = notebook.list('actor').filter(({ fields }) => !fields.merged_into && PEOPLE.includes(fields.kind));
  return people.sort((a, b) => a.fields.label.localeCompare(b.fields.label, undefined, { numeric: true }));
}

/** Everything written down about a person's consent, the newest first. */
export function consentsOf(notebook: Notebook, actor_id: string): Subject<'consent'>[] {
  const own = notebook.list('consent').filter(({ fields }) => fields.actor_id === actor_id);
  return own.sort((a, b) => Date.parse(b.fields.at) - Date.parse(a.fields.at) || (a.id < b.id ? 1 : -1));
}

/** What stands now. Somebody who never was asked is a bystander: what is known of their consent is owed. */
export function standingOf(notebook: Notebook, actor: Subject<'actor'>, today: string): Standing {
  if (actor.fields.stopped_at) return 'stopped';
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

function addDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
}
