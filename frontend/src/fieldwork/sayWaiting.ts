import { m } from '../i18n/paraglide/messages.js';

/** What a device told last of what the server does not have; of what was written on it later nobody knows. */
export function sayWaiting({ told_at, n_waiting }: { told_at: string | null; n_waiting: number | null }, when: Intl.DateTimeFormat): string {
  if (!told_at || n_waiting === null) return m.device_unsent_unknown();
  const at = when.format(new Date(told_at));
  return n_waiting === 0 ? m.device_all_sent({ at }) : m.device_waited({ at, n: n_waiting });
}
