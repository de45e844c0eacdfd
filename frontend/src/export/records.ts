/** The audit log in words: what was done, and what is told about it. Ids and hashes are for scripts. */
import { m } from '../i18n/paraglide/messages.js';
import type { AuditRecord } from '../sync/deskServer';
import { sizeOf } from '../i18n/sizeOf';

/** What leaves and what comes in: which kinds of the log the screen begins with. */
export const ABOUT_FILES = ['export.made', 'export.stopped', 'import.made'];

const KINDS: Record<string, () => string> = {
  'access.answered': m.record_access_answered,
  'account.created': m.record_account_created,
  'concern.removed': m.record_concern_removed,
  'concern.written': m.record_concern_written,
  'consent.recorded': m.record_consent_recorded,
  'device.cleaned': m.record_device_cleaned,
  'device.paired': m.record_device_paired,
  'device.reopened': m.record_device_reopened,
  'device.revoked': m.record_device_revoked,
  'encounter.struck': m.record_encounter_struck,
  'export.made': m.record_export_made,
  'export.stopped': m.record_export_stopped,
  'import.made': m.record_import_made,
  'invitation.accepted': m.record_invitation_accepted,
  'invitation.made': m.record_invitation_made,
  'member.added': m.record_member_added,
  'member.amended': m.record_member_amended,
  'person.disclosed': m.record_person_disclosed,
  'person.erased': m.record_person_erased,
  'person.redacted': m.record_person_redacted,
  'person.stopped': m.record_person_stopped,
  'request.amended': m.record_request_amended,
  'request.received': m.record_request_received,
  'reset.made': m.record_reset_made,
  'session.reused': m.record_session_reused,
  'study.erased': m.record_study_erased,
  'study.amended': m.record_study_amended,
  'study.created': m.record_study_created,
  'token.made': m.record_token_made,
  'token.revoked': m.record_token_revoked,
  'words.struck': m.record_words_struck,
};

/** What was done; a kind that this app does not know yet by its own name. */
export function sayKind(kind: string): string {
  return KINDS[kind]?.() ?? kind;
}

/** Format, how much of it, filters and counts: one part each. */
export function sayDetails({ kind, details }: AuditRecord, locale: string): string[] {
  const parts: string[] = [];
  const add = (part: unknown) => {
    if (typeof part === 'string' && part) parts.push(part);
  };
  add(details.format);
  if (kind === 'export.made') {
    add(details.tier === 'full' ? m.export_tier_full() : m.export_tier_deidentified());
    add(details.clock_times ? m.record_clock_times() : m.record_no_clock_times());
    add(sayChosen({ ...asRecord(details.filters), ...asRecord(details.options) }));
    add(sayAmount(asRecord(details.counts)));
  }
  if (kind === 'export.stopped') add(m.record_number({ n: Number(details.number) }));
  if (typeof details.n_bytes === 'number') add(m.record_came({ size: sizeOf(details.n_bytes, locale) }));
  if (kind === 'import.made') add(m.record_stored({ n: Number(details.stored) }));
  if (kind === 'member.amended') add(details.exports_full ? m.record_full_on() : m.record_full_off());
  return parts;
}

/** How much was in a download; nothing where it was made before that was put on record. */
function sayAmount({ entries, encounters, codes }: Record<string, unknown>): string {
  if (typeof codes === 'number') return m.record_codes({ n: codes });
  if (typeof entries !== 'number' || typeof encounters !== 'number') return '';
  return m.export_count({ entries, encounters });
}

function sayChosen(chosen: Record<string, unknown>): string {
  return Object.entries(chosen)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join('; ');
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
