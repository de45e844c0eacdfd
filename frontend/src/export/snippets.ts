import page from '../../../docs/pulling.md?raw';

/** The lines of docs/pulling.md, which the tests run, for one study. They read the token from the environment. */
export function snippetsFor(address: string): { name: string; text: string }[] {
  return [
    { name: 'R', text: linesOf('r', address) },
    { name: 'pandas', text: linesOf('python', address) },
  ];
}

function linesOf(language: string, address: string): string {
  const found = new RegExp('```' + language + '\\n([^`]+)```').exec(page)?.[1] ?? '';
  return found.trim().replaceAll('STUDY', address);
}
