/** Figures as files, made in the browser: nothing leaves the device. */
import { freeze, type Around } from './freeze';

/** Twice the size of the screen, so that print is sharp. */
const SHARPNESS = 2;

export function saveSvg(drawn: HTMLElement, around: Around, name: string): void {
  const { svg } = freeze(drawn, around);
  hand(new Blob([`<?xml version="1.0" encoding="UTF-8"?>\n${svg}`], { type: 'image/svg+xml' }), `${name}.svg`);
}

export async function savePng(drawn: HTMLElement, around: Around, name: string): Promise<void> {
  const { svg, width, height } = freeze(drawn, around);
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = await load(address);
    const canvas = document.createElement('canvas');
    canvas.width = width * SHARPNESS;
    canvas.height = height * SHARPNESS;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (blob) hand(blob, `${name}.png`);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function load(address: string): Promise<HTMLImageElement> {
  return new Promise((done, fail) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = () => fail(new Error('the drawing cannot be read back'));
    image.src = address;
  });
}

function hand(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has to begin reading before the address goes.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
