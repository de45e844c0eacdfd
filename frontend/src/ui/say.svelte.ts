/** The one thing said to screen readers: set by any screen, read out by the one polite region in Spoken.svelte. */
let sentence = $state('');

export function say(text: string): void {
  sentence = text;
}

export function lastSaid(): string {
  return sentence;
}
