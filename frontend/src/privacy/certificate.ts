/** What is handed to the person, the ethics board or the data-protection officer. It names nobody who is gone. */
import { dates } from '../i18n/dates';
import { m } from '../i18n/paraglide/messages.js';
import type { AuditRecord, Withdrawal } from '../sync/deskServer';

/** What the audit log keeps of a withdrawal, or of the end of a study. */
export const ON_RECORD = ['person.erased', 'person.redacted', 'person.stopped', 'study.erased'];

export function writeCertificate(done: Withdrawal, study: string, observer: string, locale: string): string[] {
  return write(done.mode, done.at, observer, study, locale, {
    entries: done.n_entries,
    texts: done.n_references + done.n_mentions,
    consents: done.n_consents,
    exports: done.exports.length,
    kept: done.n_kept,
    struck: done.n_struck,
    erased: done.n_erased,
    number: done.number ?? 0,
    seal: done.seal ?? '',
  });
}

/** The certificate again, on any later day: from the row that was sealed when it was done. */
export function certificateOf({ kind, at, who, details, number, hash }: AuditRecord, study: string, locale: string): string[] {
  const sealed = { number, seal: hash };
  if (kind === 'study.erased') {
    const things = m.certificate_study_counts({ things: Number(details.things), changes: Number(details.changes) });
    return [m.terms_end_done({ study, at: say(at, locale), who }), things, m.terms_end_stays(), sealOf(sealed)];
  }
  const mode = ({ 'person.erased': 'erase', 'person.redacted': 'redact' } as const)[kind] ?? 'stop';
  return write(mode, at, who, study, locale, { ...details, ...(details.decided as Counts | undefined), ...sealed });
}

interface Sealed {
  number: number;
  seal: string;
}

interface Counts {
  entries?: number;
  texts?: number;
  consents?: number;
  exports?: number;
  kept?: number;
  struck?: number;
  erased?: number;
}

function write(mode: Withdrawal['mode'], at: string, who: string, study: string, locale: string, of: Counts & Sealed): string[] {
  const what = { stop: m.certificate_stop, redact: m.certificate_redact, erase: m.certificate_erase }[mode];
  const { entries, texts, consents, exports, kept = 0, struck = 0, erased = 0 } = of;
  return [
    what({ study, at: say(at, locale), who }),
    // A row of an earlier version tells fewer numbers, and none is made up.
    ...(entries !== undefined && texts !== undefined && consents !== undefined
      ? [m.certificate_counts({ entries, texts, consents })]
      : []),
    ...(kept + struck + erased > 0 ? [m.certificate_decided({ n: kept + struck + erased, kept, struck, erased })] : []),
    ...(exports !== undefined ? [m.certificate_exports({ n: exports })] : []),
    ...(mode === 'stop' ? [] : [m.certificate_reach()]),
    sealOf(of),
  ];
}

function sealOf({ number, seal }: Sealed): string {
  return m.certificate_seal({ n: number, seal });
}

function say(at: string, locale: string): string {
  return dates(locale, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(at));
}
