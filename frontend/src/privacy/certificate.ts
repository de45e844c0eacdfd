/** What is handed to the person, the ethics board or the data-protection officer. It names nobody who is gone. */
import { m } from '../i18n/paraglide/messages.js';
import type { Withdrawal } from '../sync/deskServer';

export function writeCertificate(done: Withdrawal, study: string, observer: string, locale: string): string[] {
  const at = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(done.at));
  const what = { stop: m.certificate_stop, redact: m.certificate_redact, erase: m.certificate_erase }[done.mode];
  return [
    what({ study, at, who: observer }),
    m.certificate_counts({ entries: done.n_entries, texts: done.n_references + done.n_mentions, consents: done.n_consents }),
    m.certificate_exports({ n: done.exports.length }),
    ...(done.mode === 'stop' ? [] : [m.certificate_reach()]),
    m.certificate_seal({ n: done.number ?? 0, seal: done.seal ?? '' }),
  ];
}
