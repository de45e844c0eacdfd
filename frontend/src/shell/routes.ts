/** The places of the app, as they stand behind the # of the address. */

export type RouteName =
  | 'home' | 'capture' | 'encounter' | 'entry' | 'ended' | 'writeup' | 'today' | 'memos' | 'search' | 'show' | 'find' | 'day' | 'sync' | 'review' | 'analyses' | 'analysis' | 'export'
  | 'format' | 'import' | 'tokens' | 'records'
  | 'codebook' | 'codebook-versions' | 'codebook-recode' | 'people' | 'team' | 'join' | 'conflicts'
  | 'privacy' | 'person' | 'withdrawal' | 'devices' | 'papers' | 'terms' | 'end' | 'concerns' | 'requests'
  | 'settings' | 'lock' | 'install' | 'room' | 'setup' | 'reset' | 'pair' | 'add-phone' | 'account' | 'sign-in' | 'studies' | 'lost';

export interface Route {
  readonly name: RouteName;
  /** What stands in the variable part of the place: an id, a name or a token; empty where there is none. */
  readonly param: string;
}

const PLACES: readonly (readonly [RegExp, RouteName])[] = [
  [/^$/, 'home'],
  [/^capture$/, 'capture'],
  [/^encounter\/([^/]+)$/, 'encounter'],
  [/^entry\/([^/]+)$/, 'entry'],
  [/^ended\/([^/]+)$/, 'ended'],
  [/^write\/([^/]+)$/, 'writeup'],
  [/^search$/, 'search'],
  [/^today$/, 'today'],
  [/^memos$/, 'memos'],
  [/^memos\/([^/]+)$/, 'memos'],
  [/^show\/([^/]+)$/, 'show'],
  [/^find$/, 'find'],
  [/^day\/(\d{4}-\d\d-\d\d)$/, 'day'],
  [/^sync$/, 'sync'],
  [/^review$/, 'review'],
  [/^analysis$/, 'analyses'],
  [/^analysis\/([^/]+)$/, 'analysis'],
  [/^export$/, 'export'],
  [/^export\/([^/]+)$/, 'format'],
  [/^import$/, 'import'],
  [/^tokens$/, 'tokens'],
  [/^records$/, 'records'],
  [/^codebook$/, 'codebook'],
  [/^codebook\/versions$/, 'codebook-versions'],
  [/^codebook\/recode$/, 'codebook-recode'],
  [/^conflicts$/, 'conflicts'],
  [/^people$/, 'people'],
  [/^team$/, 'team'],
  [/^join$/, 'join'],
  [/^join\/([^/]+)$/, 'join'],
  [/^privacy$/, 'privacy'],
  [/^privacy\/([^/]+)$/, 'person'],
  [/^devices$/, 'devices'],
  [/^papers$/, 'papers'],
  [/^terms$/, 'terms'],
  [/^end$/, 'end'],
  [/^concerns$/, 'concerns'],
  [/^requests$/, 'requests'],
  [/^withdrawal\/([^/]+)$/, 'withdrawal'],
  [/^settings$/, 'settings'],
  [/^lock$/, 'lock'],
  [/^install$/, 'install'],
  [/^room$/, 'room'],
  [/^setup\/([^/]+)$/, 'setup'],
  [/^reset$/, 'reset'],
  [/^reset\/([^/]+)$/, 'reset'],
  [/^account$/, 'account'],
  [/^pair$/, 'pair'],
  [/^pair\/([^/]+)$/, 'pair'],
  [/^add-phone$/, 'add-phone'],
  [/^sign-in$/, 'sign-in'],
  [/^studies$/, 'studies'],
];

/** Read a hash such as `#/entry/ID`. A place that does not exist is 'lost', never an error. */
export function readRoute(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '').replace(/\/$/, '').replace(/\?.*$/, '');
  for (const [pattern, name] of PLACES) {
    const found = pattern.exec(path);
    if (found) return { name, param: decode(found[1] ?? '') };
  }
  return { name: 'lost', param: '' };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
