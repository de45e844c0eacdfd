/** Refusals of the server in a person's words. */
import { m } from '../i18n/paraglide/messages.js';
import { Problem } from '../sync/server';

const SENTENCES: Record<string, (problem: Problem) => string> = {
  offline: () => m.problem_offline(),
  'session.wrong_credentials': () => m.problem_wrong_credentials(),
  'session.too_many_attempts': (problem) => m.problem_too_many({ minutes: minutesOf(problem) }),
  'session.missing': () => m.problem_signed_out(),
  'setup.link_wrong': () => m.problem_link_wrong(),
  'setup.used': () => m.problem_link_used(),
  'setup.needed': () => m.problem_setup_needed(),
  'session.locked': () => m.problem_locked(),
  'reset.link_wrong': () => m.problem_link_wrong(),
  'password.too_weak': () => m.problem_password_weak(),
  'role.insufficient': () => m.problem_role(),
};

export function sayProblem(error: unknown): string {
  if (!(error instanceof Problem)) return m.problem_unknown({ code: 'app' });
  return SENTENCES[error.code]?.(error) ?? m.problem_unknown({ code: error.code || String(error.status) });
}

function minutesOf(problem: Problem): number {
  return Math.max(1, Math.ceil((problem.retry_after_s ?? 60) / 60));
}
