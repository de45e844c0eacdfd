/** The languages of the screens, each named in itself. */
export const LANGUAGES = [
  ['en', 'English'],
  ['da', 'Dansk'],
] as const;
