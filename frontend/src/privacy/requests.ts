/** What people observed may ask for, and how it was answered, in words. */
import { m } from '../i18n/paraglide/messages.js';
import type { Outcome, PersonRequest, RequestKind } from '../sync/papersServer';

export const KINDS: Record<RequestKind, () => string> = {
  access: m.request_access,
  rectification: m.request_rectification,
  erasure: m.request_erasure,
  restriction: m.request_restriction,
  portability: m.request_portability,
  objection: m.request_objection,
  withdrawal_of_consent: m.request_withdrawal,
};

export const OUTCOMES: Record<Outcome, () => string> = {
  done: m.request_done,
  partly: m.request_partly,
  refused: m.request_refused,
  taken_back: m.request_taken_back,
};

/** Where what was asked for is done: a place of the app, or nowhere. */
export function placeOf({ kind, actor_id }: Pick<PersonRequest, 'kind' | 'actor_id'>): string | undefined {
  if (!actor_id) return undefined;
  if (kind === 'erasure' || kind === 'restriction' || kind === 'withdrawal_of_consent' || kind === 'objection') return `#/withdrawal/${actor_id}`;
  return `#/privacy/${actor_id}`;
}
