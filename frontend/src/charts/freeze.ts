/**
 * A drawing as it stands on the screen, made into one SVG file that needs nothing else: tables, headings and nested
 * drawings alike, in the light theme, because it is meant for paper.
 */

export interface Around {
  title: string;
  description: string;
  /** What has to stand below every figure: n, dates, codebook version, what is heuristic. */
  footing: readonly string[];
}

const SVG = 'http://www.w3.org/2000/svg';
// Names that other programs know, too; `system-ui` is one of browsers only.
export const FONTS = "'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Helvetica, Arial, sans-serif";
const MARGIN = 16;
const LINE = 18;
const KEPT = [
  'fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'stroke-linecap', 'opacity',
  'font-size', 'font-weight', 'text-anchor', 'dominant-baseline', 'visibility', 'marker-end',
] as const;

/** The text of an SVG file. The element has to be on the screen. */
export function freeze(drawn: HTMLElement, around: Around): { svg: string; width: number; height: number } {
  // Colours are read as the light theme has them; nothing is painted in between.
  const before = drawn.style.colorScheme;
  drawn.style.colorScheme = 'light';
  try {
    return assemble(drawn, around);
  } finally {
    drawn.style.colorScheme = before;
  }
}

function assemble(drawn: HTMLElement, around: Around): { svg: string; width: number; height: number } {
  const box = drawn.getBoundingClientRect();
  const sheet = new Sheet(Math.max(320, drawn.scrollWidth) + 2 * MARGIN);
  sheet.write(around.title, 17, 600);
  for (const line of wrap(around.description, sheet.width - 2 * MARGIN)) sheet.write(line, 13, 400, '#5d5b55');
  sheet.skip(8);
  const { x, y } = { x: MARGIN - box.left, y: sheet.y - box.top };
  collect(drawn, (node) => sheet.root.append(node), x, y);
  sheet.skip(drawn.scrollHeight + 16);
  for (const text of around.footing) {
    for (const line of wrap(text, sheet.width - 2 * MARGIN)) sheet.write(line, 11, 400, '#5d5b55');
  }
  return sheet.finish(around);
}

/** A sheet that is written from top to bottom. */
class Sheet {
  readonly root = document.createElementNS(SVG, 'svg');
  y = MARGIN;

  constructor(readonly width: number) {}

  write(text: string, size: number, weight: number, fill = '#191b1c'): void {
    this.y += size === 11 ? 15 : LINE + (size > 13 ? 4 : 0);
    this.root.append(written(text, MARGIN, this.y - 5, { size, weight, fill }));
  }

  skip(height: number): void {
    this.y += height;
  }

  finish({ title, description }: Around): { svg: string; width: number; height: number } {
    const [width, height] = [Math.ceil(this.width), Math.ceil(this.y + MARGIN)];
    const paper = element('rect', { width, height, fill: '#ffffff' });
    const about = [element('title', {}), element('desc', {})] as const;
    about[0].textContent = title;
    about[1].textContent = description;
    this.root.prepend(...about, paper);
    const about_root = { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, 'font-family': FONTS };
    for (const [name, value] of Object.entries(about_root)) this.root.setAttribute(name, String(value));
    return { svg: new XMLSerializer().serializeToString(this.root), width, height };
  }
}

type Put = (node: SVGElement) => void;

function collect(node: Element, put: Put, dx: number, dy: number): void {
  const style = getComputedStyle(node);
  if (node.matches('.unseen, [data-unprinted], title') || style.display === 'none' || style.visibility === 'hidden') return;
  if (node instanceof SVGSVGElement) {
    put(nested(node, dx, dy));
    return;
  }
  paint(node, style, put, dx, dy);
  for (const child of node.childNodes) {
    if (child instanceof Element) collect(child, put, dx, dy);
    else if (child instanceof Text) for (const word of words(child, style)) put(shift(word, dx, dy));
  }
}

/** Ground and lower edge of a box. */
function paint(node: Element, style: CSSStyleDeclaration, put: Put, dx: number, dy: number): void {
  const box = node.getBoundingClientRect();
  const place = { x: box.left + dx, y: box.top + dy };
  if (!/^rgba\(.*, 0\)$|^transparent$/.test(style.backgroundColor)) {
    put(element('rect', { ...place, width: box.width, height: box.height, fill: style.backgroundColor }));
  }
  const edge = parseFloat(style.borderBottomWidth);
  if (edge > 0 && style.borderBottomStyle !== 'none') {
    const y = box.bottom + dy - edge / 2;
    put(element('line', { x1: place.x, x2: box.right + dx, y1: y, y2: y, stroke: style.borderBottomColor, 'stroke-width': edge }));
  }
}

/** Word by word, where the browser has put each. */
function words(text: Text, style: CSSStyleDeclaration): SVGElement[] {
  const size = parseFloat(style.fontSize);
  const found: SVGElement[] = [];
  for (const match of text.data.matchAll(/\S+/g)) {
    const range = document.createRange();
    range.setStart(text, match.index);
    range.setEnd(text, match.index + match[0].length);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    const baseline = box.top + box.height / 2 + size * 0.35;
    found.push(written(match[0], box.left, baseline, { size, weight: Number(style.fontWeight) || 400, fill: style.color }));
  }
  return found;
}

function shift(node: SVGElement, dx: number, dy: number): SVGElement {
  node.setAttribute('x', String(round(Number(node.getAttribute('x')) + dx)));
  node.setAttribute('y', String(round(Number(node.getAttribute('y')) + dy)));
  return node;
}

/** A drawing inside the drawing: its shapes with the looks that the style sheet gives them. */
function nested(svg: SVGSVGElement, dx: number, dy: number): SVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const [originals, copies] = [svg.querySelectorAll('*'), copy.querySelectorAll('*')];
  originals.forEach((original, index) => dress(original, copies[index] as Element));
  const box = svg.getBoundingClientRect();
  dress(svg, copy);
  for (const mark of copy.querySelectorAll('[data-unprinted]')) mark.remove();
  copy.setAttribute('x', String(round(box.left + dx)));
  copy.setAttribute('y', String(round(box.top + dy)));
  copy.setAttribute('overflow', 'visible');
  return copy;
}

function dress(original: Element, copy: Element): void {
  const style = getComputedStyle(original);
  for (const name of KEPT) {
    const value = style.getPropertyValue(name);
    if (value && value !== 'none' && value !== 'normal') copy.setAttribute(name, value);
    else if (name === 'stroke' || name === 'fill') copy.setAttribute(name, 'none');
  }
  for (const name of [...copy.getAttributeNames()]) {
    if (/^(class|style|role|tabindex|href|data-|aria-|on)/.test(name)) copy.removeAttribute(name);
  }
}

function written(text: string, x: number, y: number, look: { size: number; weight: number; fill: string }): SVGElement {
  const node = element('text', { x: round(x), y: round(y), 'font-size': look.size, 'font-weight': look.weight, fill: look.fill });
  node.textContent = text;
  return node;
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Lines that fit, by the width that a letter has on the average. */
export function wrap(text: string, width: number, letter = 6.6): string[] {
  const most = Math.max(20, Math.floor(width / letter));
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
