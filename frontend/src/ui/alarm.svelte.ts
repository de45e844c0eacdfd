/** The one thing that everybody must see, wherever they are: on the page, and in a sheet that lies over it. */
let sentence = $state('');

export function alarm(text: string): void {
  sentence = text;
}

export function alarmed(): string {
  return sentence;
}
