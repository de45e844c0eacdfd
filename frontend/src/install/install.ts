/** Whether and how this browser can put Skygge on its home screen. */
import { takeOffer } from './offered.svelte';

export { canInstall } from './offered.svelte';

export async function install(): Promise<void> {
  await takeOffer()?.prompt();
}

export function isInstalled(): boolean {
  const standalone = (navigator as Navigator & { standalone?: boolean }).standalone;
  return standalone === true || matchMedia('(display-mode: standalone)').matches;
}

/** A tab on an iPhone or iPad, whose notes can be wiped after seven days: good enough for the example study only. */
export function isOnlyATab(): boolean {
  return isApplePhone() && !isInstalled();
}

/** An iPhone or iPad: installing is done by hand, and a tab's notes can be wiped after seven days. */
export function isApplePhone(): boolean {
  return /iPhone|iPad/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
}
