import type { Box } from '../draw/axes.js';
import { valueText } from '../draw/numbers.js';
import type { Scale } from '../draw/scales.js';
import { at, titled } from '../draw/text.js';
import type { Training } from './history.js';

/** Most columns that show values: of more epochs, so many of them, evenly. */
const MOST_COLUMNS = 120;
/** Dots in all of them together: with many lines there are fewer columns. */
const MOST_DOTS = 1000;
/** So many stops of the Tab key are few. Of more, only the first, best and last epoch are stops. */
const MOST_STOPS = 24;

/** What all lines say of an epoch. */
function valuesAt({ groups }: Training, epoch: number): string {
  const lines = groups.map(({ name, curves }) => {
    const values = curves.map(
      ({ name: of, values }) => `${curves.length > 1 ? `${of} ` : ''}${valueText(values[epoch])}`,
    );
    return `${name}: ${values.join(', ')}`;
  });
  return [`epoch ${epoch + 1}`, ...lines].join('\n');
}

/** Columns over a chart, invisible, which show an epoch's values to the pointer and the keyboard. */
export function epochColumns(
  training: Training,
  boxes: readonly Box[],
  x: Scale,
  scales: readonly Scale[],
): string {
  const { epochs, groups, best } = training;
  const lines = groups.reduce((sum, { curves }) => sum + curves.length, 0);
  const count = Math.min(epochs, MOST_COLUMNS, Math.max(20, Math.floor(MOST_DOTS / lines)));
  const chosen = Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (epochs - 1)) / (count - 1)),
  );
  const [{ top, left, right }] = boxes;
  const { bottom } = boxes[boxes.length - 1];
  const middle = (i: number): number => (x.of(chosen[i] + 1) + x.of(chosen[i + 1] + 1)) / 2;
  const columns = chosen.map((epoch, i) => {
    const [from, to] = [i === 0 ? left : middle(i - 1), i === count - 1 ? right : middle(i)];
    const place = at(x.of(epoch + 1));
    const dots = groups.flatMap(({ curves }, g) =>
      curves.flatMap(({ values, series }) =>
        Number.isFinite(values[epoch])
          ? [`<circle class="mark s${series}" cx="${place}" cy="${at(scales[g].of(values[epoch]))}" r="3"/>`]
          : [],
      ),
    );
    const isStop = count <= MOST_STOPS || i === 0 || i === count - 1 || epoch === best;

    const stop = isStop ? ' tabindex="0" role="img"' : '';
    return `<g class="at"${stop}>${titled(valuesAt(training, epoch))}<rect class="hit" x="${at(from)}" y="${at(top)}" width="${at(to - from)}" height="${at(bottom - top)}"/><g class="show"><path class="axis" d="M${place} ${at(top)}V${at(bottom)}"/>${dots.join('')}</g></g>`;
  });
  return columns.join('');
}
