/** The one thing that everybody must see, wherever they are: on the page, and in a sheet that lies over it. */
let said = $state.raw({ text: '', n: 0 });

export function alarm(text: string): void {
  said = { text, n: said.n + 1 };
}

export function alarmed(): string {
  return said.text;
}

/** Rises with each: the same sentence once more is to be heard once more. */
export function alarmNumber(): number {
  return said.n;
}
