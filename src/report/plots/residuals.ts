import { meanAbsoluteError, rootMeanSquaredError, type ValueInput } from '../../metrics/index.js';
import { readTargets } from './columns.js';
import { svgOf } from './draw/drawing.js';
import { frameOf } from './draw/frame.js';
import { valueText } from './draw/numbers.js';
import { drawPoints } from './draw/points.js';
import { extent } from './draw/scales.js';
import { at } from './draw/text.js';
import { type PlotOptions, readPlotOptions } from './options.js';

/**
 * Residuals, actual less predicted, by the prediction: without a pattern around 0 if the model
 * misses nothing. Of more than 2000 rows, squares show how many lie where.
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
 * const svg = plots.residuals([1, 2, 3, 4], [1.1, 1.9, 3.3, 3.8]);
 * writeFileSync('residuals.svg', svg);
 * ```
 */
export function residuals(yTrue: ValueInput, yPred: ValueInput, options: PlotOptions = {}): string {
  const read = readPlotOptions('residuals', options, [], 'Residuals');
  const { truth, guess } = readTargets(yTrue, yPred);
  const off = Float64Array.from(truth, (value, i) => value - guess[i]);
  const [low, high] = extent([off]) ?? [0, 0];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const [xName, yName] = ['predicted', 'residual'];
  const rmse = rootMeanSquaredError(yTrue, yPred);
  const frame = frameOf(
    read.width,
    { ends: extent([guess])!, name: xName, isNice: false },
    { ends: [Math.min(0, low), Math.max(0, high)], name: 'residual: actual − predicted' },
    { note: `RMSE ${valueText(rmse, 3)}` },
  );
  const { box, x, y } = frame;
  const points = Array.from(off, (value, i) => ({ x: guess[i], y: value }));
  const mean = off.reduce((sum, value) => sum + value / off.length, 0);
  const description = `${valueText(off.length)} rows. Mean residual ${valueText(mean)}, mean size ${valueText(meanAbsoluteError(yTrue, yPred))}, root mean square ${valueText(rmse)}, largest ${valueText(largest)}.`;
  return svgOf({
    ...read,
    height: frame.height,
    description,
    parts: [
      frame.parts,
      `<path class="axis" d="M${at(box.left)} ${at(y.of(0))}H${at(box.right)}"/>`,
      drawPoints({ groups: [{ series: 1, name: yName, points }], box, x, y, xName, yName }),
    ],
  });
}
