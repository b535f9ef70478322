import { dotRows } from './coefficients/dotRows.js';
import { type CoefficientsInput, readCoefficients, type Weights } from './coefficients/read.js';
import { EDGE, svgOf } from './draw/drawing.js';
import { valueText } from './draw/numbers.js';
import { drawRows, rowText } from './draw/rows.js';
import { textAt } from './draw/text.js';
import { MOST_ROWS, restNote } from './importance.js';
import { type PlotOptions, readPlotOptions } from './options.js';

export type { CoefficientsInput };

/** Options of `coefficients`. */
export interface CoefficientsOptions extends PlotOptions {
  /** Names of the columns. Default: those that the model was fitted with, or x0, x1, … */
  names?: readonly string[];
  /** Names of the rows of coefficients: classes or targets. */
  classes?: readonly string[];
}

/** More classes have no colour each: a row then shows their root mean square. */
const MOST_CLASSES = 6;

/**
 * Coefficients of a linear model by name, the largest first; of more than 25 columns, those 25. With
 * several classes or targets, each has a mark per row; of more than six, a bar shows their root mean
 * square.
 *
 * The sizes can be compared if the columns have the same scale: put a `StandardScaler` before the
 * model.
 *
 * @param model a fitted linear model, or a pipeline or search that ends in one, or
 *   `{ names, values }`
 * @returns one `<svg>` that stands alone
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE`, `ERR_NOT_FITTED`, `ERR_NOT_FINITE`,
 *   `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { plots } from 'steepest/report';
 *
 * const svg = plots.coefficients({ names: ['age', 'income'], values: [0.2, -1.3] });
 * writeFileSync('coefficients.svg', svg);
 * ```
 */
export function coefficients(model: CoefficientsInput, options: CoefficientsOptions = {}): string {
  const read = readPlotOptions('coefficients', options, ['names', 'classes'], 'Coefficients');
  const weights = readCoefficients(model, options);
  const { names, outputs, rows } = weights;
  const sizes = names.map((_, j) => rootMeanSquare(weights, j));
  const order = [...names.keys()].sort((a, b) => sizes[b] - sizes[a] || a - b).slice(0, MOST_ROWS);
  const note = restNote(names.length, 'columns with smaller coefficients');
  const asDots = rows > 1 && rows <= MOST_CLASSES;
  const name = rows > MOST_CLASSES ? `root mean square over ${rows} classes` : 'coefficient';
  const bars = order.map((j) => ({ name: names[j], value: rows === 1 ? weights.data[j] : sizes[j] }));
  const { part, height } = asDots
    ? dotRows(weights, order, read.width)
    : drawRows(bars, { width: read.width, base: 0, isLog: false, unit: '', name });
  const texts = asDots
    ? order.map(
        (j) =>
          `${names[j]}: ${outputs.map((of, k) => `${of} ${valueText(weights.data[k * names.length + j], 3)}`).join(', ')}`,
      )
    : bars.map((row) => rowText(row, ''));
  return svgOf({
    ...read,
    height: height + (note === '' ? 0 : 18),
    description: `${texts.join('; ')}.${note === '' ? '' : ` ${note}.`}`,
    parts: [part, note === '' ? '' : textAt(EDGE, height + 6, note, { of: 'soft' })],
  });
}

/** Of all coefficients of a column, without overflow. */
function rootMeanSquare({ data, rows, names }: Weights, j: number): number {
  const values = Array.from({ length: rows }, (_, k) => data[k * names.length + j]);
  return Math.hypot(...values) / Math.sqrt(rows);
}
