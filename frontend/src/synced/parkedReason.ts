import { m } from '../i18n/paraglide/messages.js';

const REASONS: Record<string, () => string> = {
  'change.content_invalid': m.parked_content_invalid,
  'change.content_differs': m.parked_content_differs,
  'change.kind_unknown': m.parked_kind_unknown,
  'change.schema_newer': m.parked_schema_newer,
  'change.not_yours': m.parked_not_yours,
  'change.role_insufficient': m.parked_role_insufficient,
  'change.observer_differs': m.parked_observer_differs,
  'codebook.moved_on': m.parked_codebook_moved_on,
  'device.revoked': m.parked_device_revoked,
};

/** Why the server set a change aside, in a sentence; a code of a newer server is at least named. */
export function parkedReason(code: string): string {
  return REASONS[code]?.() ?? m.parked_other({ code });
}
