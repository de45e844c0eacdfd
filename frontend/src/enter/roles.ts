import { m } from '../i18n/paraglide/messages.js';
import type { Role } from '../store/session';

export function roleName(role: Role): string {
  const names: Record<Role, () => string> = {
    lead: m.role_lead,
    observer: m.role_observer,
    reader: m.role_reader,
    analyst: m.role_analyst,
    auditor: m.role_auditor,
  };
  return names[role]();
}
