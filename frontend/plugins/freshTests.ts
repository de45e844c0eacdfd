import { IDBFactory } from 'fake-indexeddb';
import { afterAll, vi } from 'vitest';
import { overwriteGetLocale, overwriteSetLocale, type Locale } from '../src/i18n/paraglide/runtime.js';

/** Files of tests run one after the other in the same page: what one of them changed for good is undone around it. */
const begin = () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  if ('indexedDB' in globalThis) Object.assign(globalThis, { indexedDB: new IDBFactory() });
  let locale: Locale = 'en';
  overwriteGetLocale(() => locale);
  overwriteSetLocale((chosen) => void (locale = chosen));
};

begin();
afterAll(begin);
