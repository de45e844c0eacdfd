/** A text that the server tells in several languages, in the reader's, else in English, else in any. */
export function inLanguage(texts: Readonly<Record<string, string>>, locale: string): string {
  return texts[locale] ?? texts.en ?? Object.values(texts)[0] ?? '';
}
