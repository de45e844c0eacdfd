/** The formats on offer, as the screens tell of them. */
import { m } from '../i18n/paraglide/messages.js';

/** The five buttons of the screen, in their order. */
export const GROUPS = ['read', 'qda', 'tables', 'archive', 'more'] as const;
export type Group = (typeof GROUPS)[number];

/** As much of an offer as is needed here; `options` is a JSON schema. */
export interface Offer {
  name: string;
  group: Group;
  options: Record<string, unknown>;
  always_has_dates: boolean;
}

/** An option that only some formats have, as its JSON schema describes it. */
export interface OwnOption {
  name: string;
  label: string;
  /** The words to choose from; without them it is yes or no. */
  choices: string[];
}

interface Schema {
  properties?: Record<string, { type?: string; enum?: string[]; description?: string }>;
}

/** What every format takes: the filters and the choices that the screen has words of its own for. */
const COMMON = new Set(
  ('visit encounter kind actor observer agency action structure flag from to codebook_version origin ' +
    'clock_times tier new_since').split(' '),
);

export function groupName(group: Group): string {
  const names: Record<Group, () => string> = {
    read: m.export_group_read,
    qda: m.export_group_qda,
    tables: m.export_group_tables,
    archive: m.export_group_archive,
    more: m.export_group_more,
  };
  return names[group]();
}

/** What the format is good for; a format that this app does not know yet is called by its name. */
export function headingOf({ name }: Pick<Offer, 'name'>): string {
  const headings: Record<string, () => string> = {
    boris: m.export_heading_boris,
    bundle: m.export_heading_bundle,
    'codebook-csv': m.export_heading_codebook_csv,
    'codebook-yaml': m.export_heading_codebook_yaml,
    csv: m.export_heading_tables,
    'csv-excel': m.export_heading_excel_csv,
    docx: m.export_heading_word,
    dta: m.export_heading_stata,
    eaf: m.export_heading_elan,
    'encounters-csv': m.export_heading_encounters,
    'entries-csv': m.export_heading_one_table,
    gexf: m.export_heading_network,
    jsonl: m.export_heading_everything,
    md: m.export_heading_text,
    parquet: m.export_heading_parquet,
    qdc: m.export_heading_codebook,
    qdpx: m.export_heading_qda,
    sav: m.export_heading_spss,
    traminer: m.export_heading_sequences,
    xes: m.export_heading_events,
    xlsx: m.export_heading_excel,
  };
  return headings[name]?.() ?? name;
}

/** The formats under a button; one of a group that this app does not know yet stands under the last. */
export function offersUnder<O extends { group: string }>(offers: readonly O[], group: Group): O[] {
  const isKnown = (name: string): name is Group => (GROUPS as readonly string[]).includes(name);
  return offers.filter((offer) => (isKnown(offer.group) ? offer.group : 'more') === group);
}

/** Whether one may leave clock times and dates out of the format. */
export function hasChoiceOfDates({ always_has_dates, options }: Offer): boolean {
  return !always_has_dates && 'clock_times' in ((options as Schema).properties ?? {});
}

/** The options that are this format's own. */
export function ownOptions({ options }: Pick<Offer, 'options'>): OwnOption[] {
  const known: Record<string, () => string> = {
    dimension: m.export_option_dimension,
    history: m.export_option_history,
    lifecycle: m.export_option_lifecycle,
    table: m.export_option_table,
  };
  return Object.entries((options as Schema).properties ?? {})
    .filter(([name, about]) => !COMMON.has(name) && (about.type === 'boolean' || about.enum))
    .map(([name, about]) => ({ name, label: known[name]?.() ?? about.description ?? name, choices: about.enum ?? [] }));
}

/** A word of an option in the reader's language, where it is known. */
export function choiceName(word: string): string {
  const known: Record<string, () => string> = {
    action: m.export_choice_action,
    encounters: m.export_choice_encounters,
    entries: m.export_choice_entries,
    structure: m.export_choice_structure,
  };
  return known[word]?.() ?? word;
}

/** Whether the download tells when people were where; never that it has no dates when it has. */
export function sayDates(offer: Offer, isClockWanted: boolean, isDeidentified = false): string {
  if (isDeidentified) return m.export_deidentified_hint();
  if (!hasChoiceOfDates(offer)) return `${m.export_always_clock()} ${m.export_clock_warning()}`;
  return isClockWanted ? m.export_clock_warning() : m.export_clock_off();
}
