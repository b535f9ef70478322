import { isOfRows, Refusal } from '../http/refusal.js';
import { dateText } from './dateText.js';
import type { ExampleCells } from './exampleCells.js';
import type { Served } from './served.js';

/** A row as a request writes it. */
export type ExampleRow = Readonly<Record<string, unknown>> | readonly unknown[];

/** The largest number of inputs for which an example is shown. */
const MOST_SHOWN = 4096;
/** Digits of a number that need not be exact. */
const DIGITS = 3;
const DAY_MS = 86_400_000;

/** Cells of columns of which nothing is known, the likelier first. */
const UNKNOWN: readonly { number: number; text: string | null }[] = [
  { number: 0, text: 'text' },
  { number: 0, text: null },
  { number: 1, text: 'text' },
  { number: 1, text: null },
];

/** Predictions of each row that is tried; the later ones show what a row costs. */
const TRIES = 3;

/**
 * Predicts rows that the model might take, which also compiles what predictions need.
 * @param cells values that columns have had
 * @returns the first row that the model takes, undefined if it takes none of them or has very many
 *   inputs; and the milliseconds of a prediction
 * @throws whatever fails for another reason than the row
 */
export function tryExamples(
  served: Served,
  cells: ExampleCells,
): { example: ExampleRow | undefined; msPerRow: number } {
  const { types } = served.reader.inputs;
  let msPerRow = 0;
  for (const unknown of UNKNOWN) {
    const row = exampleRow(served, cells, unknown);
    const answer = tried(served, row);
    msPerRow = answer.ms;
    if (answer.isTaken) return { example: types.length > MOST_SHOWN ? undefined : row, msPerRow };
  }
  return { example: undefined, msPerRow };
}

function tried(served: Served, row: ExampleRow): { isTaken: boolean; ms: number } {
  const { reader, info } = served;
  let isTaken = false;
  let ms = 0;
  for (let i = 0; i < TRIES; i++) {
    const begun = performance.now();
    try {
      const { predictions, probabilities } = served.predictSync(
        reader.readOne(row, 'row'),
        info.whyNoProbabilities === undefined,
      );
      isTaken =
        predictions[0] !== undefined && (probabilities === undefined || probabilities[0] !== undefined);
    } catch (error) {
      // Encoders know their categories, and logarithms take no zeros.
      if (!(error instanceof Refusal) && !isOfRows(error)) throw error;
    }
    ms = performance.now() - begun;
  }
  return { isTaken, ms };
}

function exampleRow(
  { reader }: Served,
  cells: ExampleCells,
  unknown: { number: number; text: string | null },
): ExampleRow {
  const { names, types, forms } = reader.inputs;
  const cell = (j: number): unknown => {
    const known = cells.get(j);
    const form = forms?.[j];
    if (types[j] === 'text') return known?.value ?? unknown.text;
    const value = typeof known?.value === 'number' ? known.value : unknown.number;
    if (form?.type === 'date') return dateText(rounded(value), form.format);
    if (form?.type === 'boolean') return value >= 1 / 2;
    return known?.isExact ? value : Number(value.toPrecision(DIGITS));
  };
  if (names === undefined) return types.map((_, j) => cell(j));
  return Object.fromEntries(
    names.flatMap((name, j): [string, unknown][] => (types[j] === undefined ? [] : [[name, cell(j)]])),
  );
}

/** Midnight, except for a time of a day, which is less than a day. */
const rounded = (ms: number): number =>
  Math.abs(ms) < DAY_MS ? Math.round(ms) : Math.round(ms / DAY_MS) * DAY_MS;
