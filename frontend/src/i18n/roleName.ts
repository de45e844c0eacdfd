import { m } from './paraglide/messages.js';

/** A role in a study, in words; an unknown one by its own name. */
export function roleName(role: string): string {
  const names: Record<string, () => string> = {
    lead: m.role_lead,
    observer: m.role_observer,
    reader: m.role_reader,
    analyst: m.role_analyst,
    auditor: m.role_auditor,
  };
  return names[role]?.() ?? role;
}
