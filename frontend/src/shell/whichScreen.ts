import type { Phase } from './app';
import type { Route, RouteName } from './routes';

const WITHOUT_ACCOUNT: readonly RouteName[] = ['setup', 'reset', 'pair', 'join', 'install', 'room'];
const WITHOUT_STUDY: readonly RouteName[] = ['reset', 'install', 'room', 'sign-in', 'add-phone'];
/** Places that make no sense once a study is open. */
const BEHIND_US: readonly RouteName[] = ['setup', 'pair', 'join', 'lost'];

/** The screen for a place in a phase: who is not signed in sees the door, whatever the address says. */
export function whichScreen(phase: Phase, route: Route): Route {
  if (phase === 'setup') return allow(route, WITHOUT_ACCOUNT, 'setup');
  if (phase === 'sign-in') return allow(route, WITHOUT_ACCOUNT, 'sign-in');
  if (phase === 'studies') return allow(route, WITHOUT_STUDY, 'studies');
  return BEHIND_US.includes(route.name) ? { name: 'home', param: '' } : route;
}

function allow(route: Route, allowed: readonly RouteName[], otherwise: RouteName): Route {
  return allowed.includes(route.name) ? route : { name: otherwise, param: '' };
}
