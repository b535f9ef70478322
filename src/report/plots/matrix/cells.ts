import { fixed, valueText } from '../draw/numbers.js';
import { at, textWidth, titled } from '../draw/text.js';

/** The cells of a confusion matrix. */

export interface Matrix {
  names: readonly string[];
  /** names × names, by true and by predicted class. */
  data: Float64Array;
  /** How many classes there are; not all of them are drawn. */
  total: number;
}

/** The strongest shade: text on it still has its contrast. */
export const STRONGEST = 0.42;
/** The weakest that is seen. */
const WEAKEST = 0.06;
/** Where no number stands on the cells. */
const WITHOUT_NUMBERS = [0.3, 1] as const;
/** As many shades as an eye tells apart, where one path draws all cells of a shade. */
const SHADES = 10;
/** Most cells with values of their own to point at. */
const MOST_CELLS = 625;
/** Most cells that stop the Tab key. */
const MOST_STOPS = 25;

/** @param size width and height of a cell */
export function cellsOf(matrix: Matrix, left: number, top: number, size: number): string {
  const { names } = matrix;
  const count = names.length;
  const whole = `<path class="grid" d="M${at(left)} ${at(top)}h${at(size * count)}v${at(size * count)}h${at(-size * count)}z"/>`;
  const cells =
    count * count <= MOST_CELLS ? single(matrix, left, top, size) : shaded(matrix, left, top, size);
  return `${whole}${cells}`;
}

/** Share of each cell in its true class. */
function shareOf({ names, data }: Matrix): (i: number, j: number) => number {
  const count = names.length;
  const sums = names.map((_, i) => data.subarray(i * count, (i + 1) * count).reduce((a, b) => a + b, 0));
  return (i, j) => (sums[i] === 0 ? 0 : data[i * count + j] / sums[i]);
}

/** By the root of the share: a few per cent of mistakes are to be seen. */
const opacityOf = (share: number, weakest = WEAKEST, strongest = STRONGEST): number =>
  share === 0 ? 0 : weakest + (strongest - weakest) * Math.sqrt(share);

/** Each cell with its number and its value to point at. */
function single(matrix: Matrix, left: number, top: number, size: number): string {
  const { names, data } = matrix;
  const count = names.length;
  const share = shareOf(matrix);
  const texts = Array.from(data, cellText);
  const isWritten = texts.every((text) => textWidth(text) <= size - 4) && size >= 16;
  const gap = size > 12 ? 1 : 0;
  let cells = '';
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const value = data[i * count + j];
      const [x, y] = [left + j * size, top + i * size];
      const title = `true ${names[i]}, predicted ${names[j]}: ${valueText(value)} (${fixed(100 * share(i, j), 1)} %)`;
      const number = isWritten
        ? `<text class="${value === 0 ? 'soft' : ''}" x="${at(x + size / 2)}" y="${at(y + size / 2 + 4)}" text-anchor="middle">${texts[i * count + j]}</text>`
        : '';
      const stop = count * count <= MOST_STOPS ? ' tabindex="0" role="img"' : '';
      cells += `<g class="focus s${i === j ? 1 : 2}"${stop}>${titled(title)}<rect class="mark cell" x="${at(x)}" y="${at(y)}" width="${at(size - gap)}" height="${at(size - gap)}" fill-opacity="${opacityOf(share(i, j)).toFixed(2)}"/>${number}</g>`;
    }
  }
  return cells;
}

/** A count as it stands in a cell. */
const cellText = (value: number): string =>
  Number.isInteger(value) && value < 1e6 ? fixed(value, 0) : valueText(value, 3);

/** One path per shade. */
function shaded(matrix: Matrix, left: number, top: number, size: number): string {
  const { names } = matrix;
  const share = shareOf(matrix);
  const paths = new Map<string, string>();
  const width = at(size);
  for (let i = 0; i < names.length; i++) {
    for (let j = 0; j < names.length; j++) {
      const shade = Math.ceil(share(i, j) * SHADES);
      if (shade === 0) continue;
      const key = `s${i === j ? 1 : 2} ${opacityOf(shade / SHADES, ...WITHOUT_NUMBERS).toFixed(2)}`;
      // A short thick line takes half the characters of a square.
      const cell = `M${at(left + j * size)} ${at(top + (i + 0.5) * size)}h${width}`;
      paths.set(key, `${paths.get(key) ?? ''}${cell}`);
    }
  }
  const shades = [...paths].map(([key, d]) => {
    const [series, opacity] = key.split(' ');
    return `<g class="${series}"><path class="cells" stroke-width="${width}" stroke-opacity="${opacity}" d="${d}"/></g>`;
  });
  const rows = names.map((name, i) => {
    const title = `true ${name}: ${rowText(matrix, i, share)}`;
    return `<g>${titled(title)}<rect class="hit" x="${at(left)}" y="${at(top + i * size)}" width="${at(size * names.length)}" height="${width}"/></g>`;
  });
  return [...shades, ...rows].join('');
}

/** What became of a class. */
function rowText({ names, data }: Matrix, i: number, share: (i: number, j: number) => number): string {
  const row = data.subarray(i * names.length, (i + 1) * names.length);
  let most = -1;
  row.forEach((value, j) => {
    if (j !== i && value > 0 && !(value <= row[most])) most = j;
  });
  const right = `${valueText(row[i])} right (${fixed(100 * share(i, i), 1)} %)`;
  return most < 0 ? right : `${right}, most often taken for ${names[most]}: ${valueText(row[most])}`;
}
