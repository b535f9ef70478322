import { meanAbsoluteError, r2Score, rootMeanSquaredError, type ValueInput } from '../../metrics/index.js';
import { readTargets } from './columns.js';
import { svgOf } from './draw/drawing.js';
import { frameOf } from './draw/frame.js';
import { valueText } from './draw/numbers.js';
import { drawPoints } from './draw/points.js';
import { extent } from './draw/scales.js';
import { at } from './draw/text.js';
import { type PlotOptions, readPlotOptions } from './options.js';

const HEIGHT = 300;

/**
 * Actual values by predicted ones, which lie on the dashed line where they are the same. Of more
 * than 2000 rows, squares show how many lie where.
 *
 * @param yTrue one number per row
 * @param yPred the predicted ones
 * @returns one `<svg>` that stands alone
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`,
 *   `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { plots } from 'steepest/report';
 *
 * const svg = plots.predictedActual([1, 2, 3, 4], [1.1, 1.9, 3.3, 3.8]);
 * writeFileSync('predicted.svg', svg);
 * ```
 */
export function predictedActual(yTrue: ValueInput, yPred: ValueInput, options: PlotOptions = {}): string {
  const read = readPlotOptions('predictedActual', options, [], 'Predicted and actual');
  const { truth, guess } = readTargets(yTrue, yPred);
  const ends = extent([truth, guess])!;
  const r2 = truth.length > 1 ? r2Score(yTrue, yPred) : Number.NaN;
  const rmse = rootMeanSquaredError(yTrue, yPred);
  const [xName, yName] = ['predicted', 'actual'];
  const score = Number.isNaN(r2) ? '' : `R² ${valueText(r2, 3)}, `;
  const frame = frameOf(
    read.width,
    { ends, name: xName },
    { ends, name: yName },
    { height: HEIGHT, note: `${score}RMSE ${valueText(rmse, 3)}`, guide: 'predicted = actual' },
  );
  const { box, x, y } = frame;
  const points = Array.from(truth, (value, i) => ({ x: guess[i], y: value }));
  const diagonal = `M${at(box.left)} ${at(box.bottom)}L${at(box.right)} ${at(box.top)}`;
  const description = `${valueText(truth.length)} rows. ${score}RMSE ${valueText(rmse)}, mean absolute error ${valueText(meanAbsoluteError(yTrue, yPred))}. Actual and predicted values lie from ${valueText(ends[0])} to ${valueText(ends[1])}.`;
  return svgOf({
    ...read,
    height: frame.height,
    description,
    parts: [
      frame.parts,
      `<path class="guide" d="${diagonal}"/>`,
      drawPoints({ groups: [{ series: 1, name: yName, points }], box, x, y, xName, yName }),
    ],
  });
}
