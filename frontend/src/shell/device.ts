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
