/** What has to stand on every file of a figure, and what the file is called. */
import { m } from '../i18n/paraglide/messages.js';
import { dayName } from '../fieldwork/when';
import { sayWarning, type Basis, type Methods, type Warned } from './answers';

export interface Rest {
  basis: Basis;
  warnings: readonly Warned[];
  methods: Methods | undefined;
}

export function footingOf({ basis, warnings, methods }: Rest, locale: string): string[] {
  const days = [methods?.first_day, methods?.last_day].map((day) => (day ? sayDay(day, locale) : ''));
  return [
    sayBasis(basis),
    [days[0] && m.figure_days({ first: days[0], last: days[1] ?? '' }), sayVersion(basis)].filter(Boolean).join(' '),
    ...warnings.map(sayWarning),
    ...(methods?.is_heuristic ? [m.starter_heuristic_hint()] : []),
  ];
}

export function sayBasis(basis: Basis): string {
  const minutes = Math.round(basis.observed_seconds / 60);
  return m.basis({ entries: basis.n_entries, encounters: basis.n_encounters, visits: basis.n_visits, minutes });
}

export function sayVersion(basis: Basis): string {
  return m.basis_codebook({ versions: basis.codebook_versions.join(', ') || '–' });
}

/** A day with its year: a file is read years later. */
function sayDay(day: string, locale: string): string {
  return `${dayName(day, locale)} ${day.slice(0, 4)}`;
}

/** `transitions-home-care-north`: no date, as a name may not tell one either. */
export function fileName(place: string, title: string): string {
  const spelled = title.toLowerCase().replaceAll('æ', 'ae').replaceAll('ø', 'oe').replaceAll('å', 'aa');
  const plain = spelled.normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 40);
  return [place, plain].filter(Boolean).join('-');
}
