/** A day or a moment as somebody in Europe writes it: in English too, the day before the month and twenty-four hours. */
export function dates(locale: string, how: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, how);
}
