/**
 * Clearing the disk takes everything into memory, clears, and writes it anew: what is written in between would be lost.
 * Whoever writes beside the notes holds DISK shared, whoever clears holds it alone. Work on the lock, which is many
 * writes and must not be halved, is WORK; a clearing does not begin while it goes on.
 */
export const DISK = 'skygge-disk';
export const WORK = 'skygge-lock-work';

/** Do something while holding a lock of the browser, among all tabs. Without such locks nothing is ever cleared either. */
export function holding<T>(name: string, mode: LockMode, work: () => Promise<T>): Promise<T> {
  const { locks } = (globalThis as { navigator?: Navigator }).navigator ?? {};
  return locks ? (locks.request(name, { mode }, work) as Promise<T>) : work();
}
