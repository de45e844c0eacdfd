/** The formats on offer, as the screen tells of them. */
import { m } from '../i18n/paraglide/messages.js';

/** As much of an offer as is needed here; `options` is a JSON schema. */
export interface Offer {
  name: string;
  options: Record<string, unknown>;
  always_has_dates: boolean;
}

/** What the format is good for; a format that this app does not know yet is called by its name. */
export function headingOf({ name }: Pick<Offer, 'name'>): string {
  if (name === 'csv') return m.export_heading_tables();
  if (name === 'entries-csv') return m.export_heading_one_table();
  return name === 'jsonl' ? m.export_heading_everything() : name;
}

/** Whether one may leave clock times and dates out of the format. */
export function hasChoiceOfDates({ always_has_dates, options }: Offer): boolean {
  const { properties = {} } = options as { properties?: object };
  return !always_has_dates && 'clock_times' in properties;
}

/** Whether the download tells when people were where; never that it has no dates when it has. */
export function sayDates(offer: Offer, isClockWanted: boolean): string {
  if (!hasChoiceOfDates(offer)) return `${m.export_always_clock()} ${m.export_clock_warning()}`;
  return isClockWanted ? m.export_clock_warning() : m.export_clock_off();
}
