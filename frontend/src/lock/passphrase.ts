/** What is wrong with a passphrase that somebody wants to set; null when nothing is. Counted as a person counts letters. */
export function passphraseFault(passphrase: string): 'short' | 'digits' | null {
  if ([...passphrase.normalize('NFKC')].length < 12) return 'short';
  return /^[\d\s]+$/.test(passphrase) ? 'digits' : null;
}
