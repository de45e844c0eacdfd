import type { Phase } from './app';
import type { Route, RouteName } from './routes';

const WITHOUT_ACCOUNT: readonly RouteName[] = ['setup', 'reset', 'pair', 'join', 'install', 'room'];
const WITHOUT_STUDY: readonly RouteName[] = ['reset', 'install', 'room', 'sign-in', 'add-phone', 'account'];
/** Places that make no sense once a study is open. */
const BEHIND_US: readonly RouteName[] = ['setup', 'pair', 'join', 'lost'];
/** Where no text is read that was written before: logging and sending never wait for a passphrase. */
const LOCKED: readonly RouteName[] = ['home', 'capture', 'ended', 'sync', 'settings', 'install', 'room', 'add-phone', 'account', 'sign-in', 'reset'];
/** What goes on until a lock is set that the study requires: also writing down why it does not. */
const UNSET: readonly RouteName[] = [...LOCKED.filter((name) => name !== 'home'), 'privacy', 'papers', 'terms'];

/** What the lock of this phone asks for: its passphrase before older texts are read, or to be set at all. */
export type Gate = 'locked' | 'unset' | undefined;

/** The screen for a place in a phase: who is not signed in sees the door, whatever the address says. */
export function whichScreen(phase: Phase, route: Route, gate?: Gate): Route {
  if (phase === 'setup') return allow(route, WITHOUT_ACCOUNT, 'setup');
  if (phase === 'sign-in') return allow(route, WITHOUT_ACCOUNT, 'sign-in');
  if (phase === 'studies') return allow(route, WITHOUT_STUDY, 'studies');
  const place: Route = BEHIND_US.includes(route.name) ? { name: 'home', param: '' } : route;
  return gate ? allow(place, gate === 'locked' ? LOCKED : UNSET, 'lock') : place;
}

function allow(route: Route, allowed: readonly RouteName[], otherwise: RouteName): Route {
  return allowed.includes(route.name) ? route : { name: otherwise, param: '' };
}
