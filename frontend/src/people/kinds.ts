import { m } from '../i18n/paraglide/messages.js';
import type { ActorKind } from '../store/subjects';

/** In the order of a list of people. */
export const KINDS: readonly ActorKind[] = ['professional', 'citizen', 'relative', 'observer', 'bystander', 'thing_or_place', 'other'];

export function kindName(kind: ActorKind): string {
  const names: Record<ActorKind, () => string> = {
    professional: m.actor_professional,
    citizen: m.actor_citizen,
    relative: m.actor_relative,
    observer: m.people_observer,
    bystander: m.actor_bystander,
    thing_or_place: m.actor_thing_or_place,
    other: m.actor_other,
  };
  return names[kind]();
}
