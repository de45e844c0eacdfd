/**
 * Colours for structures: calm, at least 3 : 1 on white and on near-black, and told apart by people who see no red, no
 * green or no blue. `colors.test.ts` works both out; the first four are those of the starters.
 */
export const PALETTE = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#905478', '#8484D8', '#A85430'] as const;

type Rgb = readonly [number, number, number];

function toLinear(hex: string): Rgb {
  const part = (at: number): number => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** The contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance). */
export function contrastOf(one: string, other: string): number {
  const light = (hex: string): number => {
    const [r, g, b] = toLinear(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** How eyes without one kind of cones see linear light (Machado, Oliveira and Fernandes 2009, severity 1). */
export const EYES: Readonly<Record<string, readonly Rgb[]>> = {
  all: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

function toOklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** How far two colours are apart for such eyes, in OKLab; about 0.02 is the least that is seen side by side. */
export function distanceFor(eyes: readonly Rgb[], one: string, other: string): number {
  const seen = (hex: string): Rgb => {
    const light = toLinear(hex);
    const mixed = eyes.map((row) => row[0] * light[0] + row[1] * light[1] + row[2] * light[2]);
    return toOklab(mixed.map((part) => Math.min(1, Math.max(0, part))) as unknown as Rgb);
  };
  const [a, b] = [seen(one), seen(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** The first colour of the palette that no code of the row has. */
export function nextColor(taken: readonly (string | null | undefined)[]): string {
  const used = taken.map((color) => color?.toUpperCase());
  return PALETTE.find((color) => !used.includes(color)) ?? PALETTE[0];
}
