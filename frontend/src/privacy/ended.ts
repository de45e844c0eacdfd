/** What goes at the end of a study, in words: for the preview, and for the certificate afterwards. */
import { dates } from '../i18n/dates';
import { m } from '../i18n/paraglide/messages.js';
import type { StudyEnd } from '../sync/papersServer';

const THINGS: Record<string, () => string> = {
  actor: m.terms_end_thing_actor,
  code: m.terms_end_thing_code,
  codebook: m.terms_end_thing_codebook,
  consent: m.terms_end_thing_consent,
  encounter: m.terms_end_thing_encounter,
  entry: m.terms_end_thing_entry,
  fieldnote: m.terms_end_thing_fieldnote,
  gap: m.terms_end_thing_gap,
  memo: m.terms_end_thing_memo,
};

export function sayNumbers(end: StudyEnd): string[] {
  return [
    ...Object.entries(end.things).map(([kind, n]) => `${(THINGS[kind] ?? m.terms_end_thing_unknown)()}: ${n}`),
    m.terms_end_changes({ n: end.n_changes }),
    m.terms_end_parked({ n: end.n_parked }),
    m.terms_end_devices({ n: end.n_devices }),
    m.terms_end_exports({ n: end.n_exports }),
    ...(end.n_concerns > 0 ? [m.terms_end_concerns({ n: end.n_concerns })] : []),
    ...(end.n_requests > 0 ? [m.terms_end_requests({ n: end.n_requests })] : []),
  ];
}

export function writeEnd(end: StudyEnd, study: string, who: string, locale: string): string[] {
  const at = dates(locale, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(end.at));
  return [
    m.terms_end_done({ study, at, who }),
    ...sayNumbers(end),
    m.terms_end_stays(),
    m.certificate_seal({ n: end.number ?? 0, seal: end.seal ?? '' }),
  ];
}
