import type { SyncStatus } from './app';

/** What stands there while no notebook is open. */
export const NO_SYNC: SyncStatus = {
  state: 'idle',
  last_contact_at: undefined,
  clock_offset_ms: undefined,
  failed_request: undefined,
  sendNow: () => Promise.resolve(),
};
