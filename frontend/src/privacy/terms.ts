/** The terms of a study as they stand in a form: only what was changed is sent. */
import type { Notebook } from '../store/notebook';
import { textsIn } from '../store/strikes';
import type { StudyTerms, TermsAmended } from '../sync/papersServer';

export const TEXTS = [
  'controller', 'joint_controller', 'processor', 'hosting_place', 'purpose', 'purpose_limits', 'legal_basis',
  'concern_procedure', 'lock_reason',
] as const;
export type TermText = (typeof TEXTS)[number];
export type TermsForm = Record<TermText, string> & { retention_until: string; dictation: 'on' | 'off'; lock: 'on' | 'off' };

export function toForm(study: StudyTerms): TermsForm {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, study[name] ?? ''])) as Record<TermText, string>;
  return {
    ...texts,
    retention_until: study.retention_until ?? '',
    dictation: study.allows_dictation ? 'on' : 'off',
    lock: study.lock_required ? 'on' : 'off',
  };
}

/** Only what differs, so that what somebody else changed meanwhile stays. Without the lock its reason goes along. */
export function whatChanged(form: TermsForm, before: StudyTerms): TermsAmended {
  const was = toForm(before);
  const changed: TermsAmended = {};
  for (const name of [...TEXTS, 'retention_until'] as const) {
    const text = form[name].trim();
    if (text !== was[name].trim()) changed[name] = text || null;
  }
  if (form.dictation !== was.dictation) changed.allows_dictation = form.dictation === 'on';
  if (form.lock === 'on' && was.lock === 'off') Object.assign(changed, { lock_required: true, lock_reason: null });
  if (form.lock === 'on' && was.lock === 'on') delete changed.lock_reason;
  if (form.lock === 'off' && (was.lock === 'on' || 'lock_reason' in changed)) {
    Object.assign(changed, { lock_required: false, lock_reason: form.lock_reason.trim() || null });
  }
  return changed;
}

/** Title and terms as they stand and as they stood, each text once: words are struck in all of them. */
export async function savedWords(notebook: Notebook, { title, ...study }: StudyTerms): Promise<string> {
  const now = [title, ...TEXTS.map((name) => study[name] ?? '')];
  const before = (await notebook.history(notebook.study_id)).filter(({ kind }) => kind === 'study.amended');
  return [...new Set([...now, ...before.flatMap(({ payload }) => textsIn(payload))])].filter(Boolean).join('\n');
}
