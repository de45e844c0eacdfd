const GROUP = 5;

/** A long code as it is read aloud and typed: in groups of five. */
export function inGroups(code: string): string {
  return code.match(new RegExp(`.{1,${GROUP}}`, 'g'))?.join(' ') ?? '';
}
