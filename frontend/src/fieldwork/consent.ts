/** The one-tap consent check of an encounter: what was answered, what was answered last, who is still to be asked. */
import { m } from '../i18n/paraglide/messages.js';
import type { Draft } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { ActorKind, Check, CheckAnswer, EncounterSubject } from '../store/subjects';

export const CHECK_ANSWERS: readonly CheckAnswer[] = ['yes', 'partly', 'declined', 'could_not_ask', 'proxy'];
/** Whom one asks: people, but not the observer and not a kettle. */
const ASKED: readonly ActorKind[] = ['professional', 'citizen', 'relative', 'bystander', 'other'];
/** After these answers it matters what was seen of the person. */
const SEEN_MATTERS: readonly CheckAnswer[] = ['partly', 'could_not_ask', 'proxy'];

export function isPerson({ kind }: { kind: ActorKind }): boolean {
  return ASKED.includes(kind);
}

type Encounter = Pick<EncounterSubject, 'id' | 'fields'>;

export function checkOf({ fields }: Encounter, actor_id: string): Check | undefined {
  return fields.checks?.find((check) => check.actor_id === actor_id);
}

export function mayShowAssent(check: Check | undefined): boolean {
  return check !== undefined && SEEN_MATTERS.includes(check.answer);
}

/** What this person answered in an earlier encounter, and when that began. */
export function lastCheck(notebook: Notebook, actor_id: string, { id, fields }: Encounter): { check: Check; at: string } | undefined {
  let found: { check: Check; at: string } | undefined;
  for (const other of notebook.list('encounter')) {
    const check = other.retracted || other.id === id ? undefined : checkOf(other, actor_id);
    const at = other.fields.started_at;
    const isEarlier = Date.parse(at) <= Date.parse(fields.started_at);
    if (check && isEarlier && (!found || Date.parse(at) > Date.parse(found.at))) found = { check, at };
  }
  return found;
}

/** Asked for in this encounter and not yet answered. */
export function isToBeAsked(notebook: Notebook, encounter: Encounter, actor_id: string): boolean {
  const actor = notebook.get('actor', actor_id)?.fields;
  return actor !== undefined && isPerson(actor) && !checkOf(encounter, actor_id);
}

/** Said no here, or said no last, at a visit or in a recorded consent, and has not been asked again. */
export function hasDeclined(notebook: Notebook, encounter: Encounter, actor_id: string): boolean {
  const own = notebook.list('consent').filter(({ fields, retracted }) => fields.actor_id === actor_id && !retracted);
  const said = own.map(({ fields }) => ({ at: fields.at, answer: fields.ethics }));
  const last = lastCheck(notebook, actor_id, encounter);
  if (last) said.push({ at: last.at, answer: last.check.answer });
  const newest = said.sort((one, other) => Date.parse(other.at) - Date.parse(one.at))[0];
  return (checkOf(encounter, actor_id) ?? newest)?.answer === 'declined';
}

/** The check of one person replaced; the same answer again takes it back. */
export function giveCheck(encounter: Encounter, check: Check): Draft {
  const before = checkOf(encounter, check.actor_id);
  const others = (encounter.fields.checks ?? []).filter((one) => one.actor_id !== check.actor_id);
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
