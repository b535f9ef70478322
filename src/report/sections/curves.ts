import type { Context } from '../context.js';
import { counted } from '../format.js';
import type { JudgedClasses } from '../judge/judged.js';
import { html } from '../page/html.js';
import type { Section } from '../page/page.js';
import { calibration, histogram, precisionRecall, rocCurve } from '../plots/index.js';
import { drawnInTurns, figure, PLOT_WIDTH } from './figure.js';

/** Rows of classes that the model knows, as the curves take them. */
interface Known {
  truth: Int32Array;
  /** Rows × classes; of two classes one score per row. */
  data: Float64Array;
  shape: number[];
  names: readonly string[];
  /** Rows left out. */
  without: number;
}

/** @returns undefined if there is no score of classes, or only one class occurs */
function knownRows(judged: JudgedClasses, data: Float64Array | undefined): Known | undefined {
  if (data === undefined) return undefined;
  const { truth, known, rows, names } = judged;
  const kept = Array.from(truth.keys()).filter((row) => truth[row]! < known);
  const width = data.length / rows;
  if (new Set(kept.map((row) => truth[row])).size < 2) return undefined;
  const isWhole = kept.length === rows;
  const part = isWhole
    ? data
    : Float64Array.from({ length: kept.length * width }, (_, at) => {
        const row = kept[Math.floor(at / width)]!;
        return data[row * width + (at % width)]!;
      });
  return {
    truth: isWhole ? truth : Int32Array.from(kept, (row) => truth[row]!),
    data: part,
    shape: [kept.length, width],
    names: names.slice(0, known),
    without: rows - kept.length,
  };
}

const leftOut = ({ without }: Known): string =>
  without === 0 ? '' : ` Without ${counted(without, 'row')} of classes that the model does not know.`;

/** How well the scores order the rows: what a threshold finds, and how often it is wrong. */
export async function curvesSection({ judged }: Context): Promise<Section | undefined> {
  if (judged.kind !== 'classes') return undefined;
  const rows = knownRows(judged, judged.proba ?? judged.scores);
  if (rows === undefined) return undefined;
  const { truth, data, shape, names } = rows;
  const options = { classes: names, width: PLOT_WIDTH };
  const each = names.length > 2 ? ' Each class against the rest.' : '';
  const charts = await drawnInTurns([
    () =>
      figure(
        rocCurve(truth, { data, shape }, options),
        'What is found, by the rate of false alarms. The nearer the curve is to the upper left corner, the better.',
      ),
    () =>
      figure(
        precisionRecall(truth, { data, shape }, options),
        'How many of the rows that are found are right. The higher the curve stays, the better.',
      ),
  ]);
  return {
    id: 'curves',
    title: 'Thresholds',
    body: html`${charts}<p class="note">Each point is a threshold above which a row counts as found.${each}${leftOut(rows)}</p>`,
  };
}

/** Whether probabilities come true. */
export async function calibrationSection({ judged }: Context): Promise<Section | undefined> {
  if (judged.kind !== 'classes') return undefined;
  const rows = knownRows(judged, judged.proba);
  if (rows === undefined) return undefined;
  const { truth, data, shape, names } = rows;
  const width = { width: PLOT_WIDTH };
  return {
    id: 'calibration',
    title: 'Calibration',
    body: await drawnInTurns([
      () =>
        figure(
          calibration(truth, { data, shape }, { classes: names, title: 'Calibration', ...width }),
          `Of rows with a probability of 70 %, 70 % should be of the class. Below the dashed line the model is too sure of itself, above it too cautious.${leftOut(rows)}`,
        ),
      () =>
        figure(
          histogram(certainties(data, shape), { title: 'Certainty', ...width }),
          'The probabilities of the predicted classes. The further right, the more certain the model is.',
        ),
    ]),
  };
}

/** The largest probability of each row. */
function certainties(data: Float64Array, [rows = 0, cols = 0]: readonly number[]): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let most = 0;
    for (let j = 0; j < cols; j++) most = Math.max(most, data[i * cols + j]!);
    return most;
  });
}
