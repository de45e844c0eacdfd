import { m } from '../i18n/paraglide/messages.js';

/** What is wrong with a passphrase that somebody wants to set; null when nothing is. Counted as a person counts letters. */
export function passphraseFault(passphrase: string): 'short' | 'digits' | null {
  if ([...passphrase.normalize('NFKC')].length < 12) return 'short';
  return /^[\d\s]+$/.test(passphrase) ? 'digits' : null;
}

/** Why a new passphrase cannot be taken yet, in words; '' when it can. */
export function sayFault({ first, again }: { first: string; again: string }): string {
  const fault = passphraseFault(first);
  if (fault === 'short') return m.lock_too_short();
  if (fault === 'digits') return m.lock_only_digits();
  return first === again ? '' : m.lock_not_same();
}
