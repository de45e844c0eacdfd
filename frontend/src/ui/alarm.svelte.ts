/** The one thing that everybody must see, wherever they are: on the page, and in a sheet that lies over it. */
let said = $state.raw({ text: '', n: 0, n_written: 0 });

/** `n_written`: how many changes had been written here by then, on whatever page the next one comes. */
export function alarm(text: string, n_written = 0): void {
  said = { text, n: said.n + 1, n_written };
}

export function alarmed(): string {
  return said.text;
}

/** Rises with each: the same sentence once more is to be heard once more. */
export function alarmNumber(): number {
  return said.n;
}

export function writtenBefore(): number {
  return said.n_written;
}
