const KINDS: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android.*Mobile/, 'Android phone'],
  [/Android/, 'Android tablet'],
  [/Macintosh/, 'Mac'],
  [/Windows/, 'Windows computer'],
  [/Linux|CrOS/, 'Linux computer'],
];

/** A plain name for this device, for the list in which its owner may later revoke it. */
export function nameDevice(agent: string = navigator.userAgent): string {
  return KINDS.find(([pattern]) => pattern.test(agent))?.[1] ?? 'Browser';
}

/** A device that goes along into homes: it is held in a hand, or the app was put on its home screen. */
export function isPhone(): boolean {
  return matchMedia('(pointer: coarse)').matches || matchMedia('(display-mode: standalone)').matches;
}
