/** How dark a cell of a table is: by its share of the darkest, in five steps that the eye can tell apart. */

export const STEPS = 5;

export function shadeOf(value: number, most: number): number {
  if (value <= 0 || most <= 0) return 0;
  return Math.max(1, Math.ceil((value / most) * STEPS));
}
