import type { Label } from '../../core/labels.js';
import { confusionMatrix as countedMatrix, type LabelInput, type WeightInput } from '../../metrics/index.js';
import { readPair, uniqueLabels } from '../../metrics/inputs.js';
import { namedClasses } from './classNames.js';
import { EDGE, svgOf } from './draw/drawing.js';
import { valueText } from './draw/numbers.js';
import { fitText, textAt, textWidth, widest } from './draw/text.js';
import { cellsOf, type Matrix } from './matrix/cells.js';
import { type PlotOptions, readPlotOptions } from './options.js';

/** Options of `confusionMatrix`. */
export interface ConfusionMatrixPlotOptions extends PlotOptions {
  /**
   * Names of the classes: of 0, 1, 2, … where classes are whole numbers, otherwise one for each in
   * ascending order.
   */
  classes?: readonly string[];
  /** One weight per sample: cells then show sums of weights. */
  sampleWeight?: WeightInput;
}

/** Of more classes, those with the most mistakes are drawn. */
const MOST_CLASSES = 100;
const MOST_LABEL = 104;
const LARGEST_CELL = 90;
const ROW_LABEL_GAP = 8;
/** From here on, the names of classes stand in every row and column. */
const LABEL_HEIGHT = 13;

/**
 * How often each true class (rows) was predicted as each class (columns). A cell's shade is its
 * share of the true class: blue for what is right, orange for mistakes; the numbers are counts.
 *
 * Of more than 100 classes, the 100 with the most mistakes are drawn.
 *
 * @param yTrue one class per sample
 * @param yPred the predicted ones
 * @returns one `<svg>` that stands alone
 * @throws SteepestError as `metrics.confusionMatrix`; `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { plots } from 'steepest/report';
 *
 * const classes = ['cat', 'dog'];
 * const svg = plots.confusionMatrix([0, 0, 1, 1, 1], [0, 1, 1, 1, 0], { classes });
 * writeFileSync('confusion.svg', svg);
 * ```
 */
export function confusionMatrix(
  yTrue: LabelInput,
  yPred: LabelInput,
  options: ConfusionMatrixPlotOptions = {},
): string {
  const read = readPlotOptions('confusionMatrix', options, ['classes', 'sampleWeight'], 'Confusion matrix');
  const { truth, guess } = readPair(yTrue, yPred);
  const classes = namedClasses(uniqueLabels(truth, guess), options.classes);
  const counted = countedMatrix(truth, guess, {
    labels: classes.map(({ label }) => label),
    sampleWeight: options.sampleWeight,
  });
  const matrix = withMost({
    names: classes.map(({ name }) => name),
    data: counted.data,
    total: classes.length,
  });
  return drawMatrix(matrix, read, describe(matrix, counted.data, counted.labels));
}

/** The classes with the most mistakes, in their order. */
function withMost({ names, data, total }: Matrix): Matrix {
  const count = names.length;
  if (count <= MOST_CLASSES) return { names, data, total };
  const mistakes = names.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < count; j++) if (j !== i) sum += data[i * count + j] + data[j * count + i];
    return sum;
  });
  const kept = [...names.keys()].sort((a, b) => mistakes[b] - mistakes[a] || a - b).slice(0, MOST_CLASSES);
  kept.sort((a, b) => a - b);
  return {
    names: kept.map((i) => names[i]),
    data: Float64Array.from(kept.flatMap((i) => kept.map((j) => data[i * count + j]))),
    total,
  };
}

function drawMatrix(
  matrix: Matrix,
  read: { title: string; isHeaded: boolean; width: number },
  description: string,
): string {
  const { names, total } = matrix;
  const { width } = read;
  const labels = widest(names, Math.min(MOST_LABEL, width / 4));
  const left = EDGE + labels + ROW_LABEL_GAP;
  const size = Math.min(LARGEST_CELL, (width - EDGE - left) / names.length);
  const isUpright = names.some((name) => textWidth(name) > size - 4);
  const head = 22 + (isUpright ? labels + 6 : 18);
  const every = Math.ceil(LABEL_HEIGHT / size);
  const shown = names.flatMap((name, i) => (i % every === 0 ? [{ name, middle: (i + 0.5) * size }] : []));
  const rows = shown.map(({ name, middle }) =>
    textAt(left - ROW_LABEL_GAP, head + middle + 4, fitText(name, labels), { anchor: 'end', whole: name }),
  );
  const columns = shown.map(({ name, middle }) =>
    isUpright
      ? textAt(left + middle + 4, head - 6, fitText(name, labels), { whole: name, isUpright })
      : textAt(left + middle, head - 6, name, { anchor: 'middle' }),
  );
  const bottom = head + size * names.length;
  const note = total > names.length ? `The ${names.length} of ${total} classes with the most mistakes.` : '';
  return svgOf({
    ...read,
    height: bottom + 12 + (note === '' ? 0 : 18),
    description,
    parts: [
      textAt(EDGE, 12, 'true', { of: 'soft' }),
      textAt(Math.max(left, EDGE + 40), 12, 'predicted', { of: 'soft' }),
      ...columns,
      ...rows,
      cellsOf(matrix, left, head, size),
      note === '' ? '' : textAt(EDGE, bottom + 20, note, { of: 'soft' }),
    ],
  });
}

/** Accuracy, and the three kinds of mistakes that happen most. */
function describe({ names, total }: Matrix, all: Float64Array, labels: readonly Label[]): string {
  const count = labels.length;
  const of = (i: number): string => (total > names.length ? String(labels[i]) : names[i]);
  let right = 0;
  let sum = 0;
  const mistakes: { i: number; j: number; value: number }[] = [];
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const value = all[i * count + j];
      sum += value;
      if (i === j) right += value;
      else if (value > 0) mistakes.push({ i, j, value });
    }
  }
  mistakes.sort((a, b) => b.value - a.value || a.i - b.i || a.j - b.j);
  const listed = mistakes
    .slice(0, 3)
    .map(({ i, j, value }) => `${of(i)} as ${of(j)}, ${valueText(value)}`)
    .join('; ');
  const share = sum === 0 ? '' : ` (accuracy ${valueText(right / sum)})`;
  const most = mistakes.length === 0 ? ' No mistakes.' : ` Most frequent mistakes: ${listed}.`;
  return `${valueText(right)} of ${valueText(sum)} right${share}, ${total} classes.${most}`;
}
