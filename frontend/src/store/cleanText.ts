/** A text as the log takes it: no NUL, and no half characters, which some keyboards leave behind. */
export function cleanText(text: string): string {
  const whole = typeof text.toWellFormed === 'function' ? text.toWellFormed() : mendHalves(text);
  return whole.replaceAll('\u0000', '');
}

/** The same for every text anywhere inside a payload. What JSON does not know (undefined) falls away. */
export function cleanDeep<T>(value: T): T {
  if (typeof value === 'string') return cleanText(value) as T;
  if (Array.isArray(value)) return value.map(cleanDeep) as T;
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(kept.map(([name, inner]) => [name, cleanDeep(inner as unknown)])) as T;
}

// Browsers before 2023 have no toWellFormed, and some of them no lookbehind either.
function mendHalves(text: string): string {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) => (found.length === 2 ? found : '\ufffd'));
}
