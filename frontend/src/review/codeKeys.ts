/** Which digit gives which code. Pure. */
import type { CodeChoice } from '../fieldwork/choices';
import type { Code } from '../store/subjects';

export interface CodeKey extends CodeChoice {
  readonly digit: string;
  readonly dimension: 'structure' | 'action';
}

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];

/** A code keeps the digit that the codebook gives it; the others take what is free, in their order. */
export function giveDigits(choices: readonly CodeChoice[], codes: readonly Code[], dimension: CodeKey['dimension']): CodeKey[] {
  const own = new Map<string, string>();
  for (const { key, dimension: of, shortcut } of codes) {
    const isFree = ![...own.values()].includes(shortcut ?? '');
    if (of === dimension && shortcut && DIGITS.includes(shortcut) && isFree && choices.some((one) => one.key === key)) own.set(key, shortcut);
  }
  const free = DIGITS.filter((digit) => ![...own.values()].includes(digit));
  const given = choices.map((choice) => ({ ...choice, dimension, digit: own.get(choice.key) ?? free.shift() ?? '' }));
  return given.filter(({ digit }) => digit !== '');
}
