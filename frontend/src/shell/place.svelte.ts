import { readRoute, type Route } from './routes';

/** Where in the app we are: the part of the address behind #. */
export class Place {
  route: Route = $state.raw(readRoute(location.hash));

  constructor() {
    window.addEventListener('hashchange', () => (this.route = readRoute(location.hash)));
  }

  go(path: string, { replace = false } = {}): void {
    const address = '#' + (path.startsWith('/') ? path : `/${path}`);
    if (replace) {
      history.replaceState(null, '', address);
      this.route = readRoute(address);
    } else {
      location.hash = address;
      // Not only by the event, which comes later: who asks at once gets the new place.
      this.route = readRoute(address);
    }
  }
}
