/** Refusals of the server in a person's words. */
import { m } from './paraglide/messages.js';

/** What a refusal tells: a stable code and, for some, how long to wait. */
interface Refusal {
  code: string;
  status?: number;
  retry_after_s?: number;
  request_id?: string | undefined;
}

const SENTENCES: Record<string, (refusal: Refusal) => string> = {
  offline: () => m.problem_offline(),
  'session.wrong_credentials': () => m.problem_wrong_credentials(),
  'session.too_many_attempts': (refusal) => m.problem_too_many({ minutes: minutesOf(refusal) }),
  'session.missing': () => m.problem_signed_out(),
  'setup.link_wrong': () => m.problem_link_wrong(),
  'setup.used': () => m.problem_link_used(),
  'setup.needed': () => m.problem_setup_needed(),
  'session.locked': () => m.problem_locked(),
  'reset.link_wrong': () => m.problem_link_wrong(),
  'reset.refused': () => m.problem_reset_refused(),
  'password.wrong': () => m.problem_password_wrong(),
  'account.unknown': () => m.problem_account_unknown(),
  'invitation.wrong': () => m.problem_invitation(),
  'account.name_taken': () => m.problem_name_taken(),
  'member.observer_taken': () => m.problem_observer_taken(),
  'study.title_differs': () => m.problem_title_differs(),
  'study.lock_reason_missing': () => m.problem_lock_reason(),
  'member.last_lead': () => m.problem_last_lead(),
  'pairing.over': () => m.problem_pairing_over(),
  'password.too_weak': () => m.problem_password_weak(),
  'role.insufficient': () => m.problem_role(),
  'export.tier_refused': () => m.problem_tier(),
  'import.unsafe': () => m.problem_file_unsafe(),
  'withdrawal.texts_unread': () => m.problem_texts_unread(),
  'body.too_large': () => m.problem_too_large(),
  stopped: () => m.problem_stopped(),
};

export function sayProblem(error: unknown): string {
  if (!isRefusal(error)) return m.problem_unknown({ code: 'app' });
  return SENTENCES[error.code]?.(error) ?? m.problem_unknown({ code: nameFailure(error) });
}

/** Its code; where the server itself failed also the request, for whoever can look into its log. */
function nameFailure({ code, status = 0, request_id }: Refusal): string {
  const named = code || String(status);
  return status >= 500 && request_id ? `${named}, ${request_id}` : named;
}

function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

function minutesOf(refusal: Refusal): number {
  return Math.max(1, Math.ceil((refusal.retry_after_s ?? 60) / 60));
}
