import { textWidth } from '../../dist/esm/report/plots/draw/text.js';
import { type Element, elementsOf, textOf } from './svg.js';

/** Where the words of a drawing stand. */

export interface Word {
  text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Of letters, above and below their line, in heights of the text: enough for every Latin one. */
const ASCENT = 0.76;
const DESCENT = 0.24;

function sizeOf({ attributes }: Element): { size: number; isBold: boolean } {
  const classes = (attributes.class ?? '').split(' ');
  return {
    size: classes.includes('heading') ? 14 : 12,
    isBold: /heading|strong/.test(attributes.class ?? ''),
  };
}

/** How far an element is moved by those around it. */
function shiftOf(element: Element | undefined): [number, number] {
  if (element === undefined) return [0, 0];
  const [x, y] = shiftOf(element.parent);
  const moved = /^translate\((\S+) (\S+)\)$/.exec(element.attributes.transform ?? '');
  return moved === null ? [x, y] : [x + Number(moved[1]), y + Number(moved[2])];
}

export function wordsOf(svg: Element): Word[] {
  return elementsOf(svg)
    .filter(({ name }) => name === 'text')
    .map((element) => {
      const { attributes, parent } = element;
      const text = textOf(element);
      const { size, isBold } = sizeOf(element);
      const width = textWidth(text, size, isBold);
      const [dx, dy] = shiftOf(parent);
      const upright = /^translate\((\S+) (\S+)\)rotate\(-90\)$/.exec(attributes.transform ?? '');
      const before = { start: 0, middle: width / 2, end: width }[attributes['text-anchor'] ?? 'start']!;
      if (upright !== null) {
        const [x, y] = [Number(upright[1]) + dx, Number(upright[2]) + dy];
        const bottom = y + before;
        return { text, left: x - ASCENT * size, right: x + DESCENT * size, top: bottom - width, bottom };
      }
      const [x, y] = [Number(attributes.x) + dx, Number(attributes.y) + dy];
      const left = x - before;
      return { text, left, right: left + width, top: y - ASCENT * size, bottom: y + DESCENT * size };
    });
}

const ROUNDING = 0.11;

/** Words that are not whole within the drawing, and pairs that touch. */
export function faultsOf(svg: Element): string[] {
  const [, , width, height] = svg.attributes.viewBox!.split(' ').map(Number);
  const words = wordsOf(svg);
  const outside = words.filter(
    ({ left, right, top, bottom }) =>
      left < -ROUNDING || top < -ROUNDING || right > width! + ROUNDING || bottom > height! + ROUNDING,
  );
  const faults = outside.map((word) => `outside: ${JSON.stringify(word)}`);
  const sorted = words.toSorted((a, b) => a.left - b.left);
  sorted.forEach((a, i) => {
    for (let j = i + 1; j < sorted.length && sorted[j]!.left < a.right - ROUNDING; j++) {
      const b = sorted[j]!;
      if (a.top < b.bottom - ROUNDING && b.top < a.bottom - ROUNDING)
        faults.push(`'${a.text}' over '${b.text}'`);
    }
  });
  return faults;
}
