import { SteepestError } from '../../core/errors.js';
import { writePiecesAtomic } from '../../io/atomicWrite.js';
import { shutdown } from '../../parallel/threads.js';
import type { Read } from '../commandSpec.js';
import { EXIT } from '../exitCodes.js';
import { type OpenModel, openModel } from '../model/openModel.js';
import { openRows, type Rows } from '../model/rows.js';
import { print, printJson, say } from '../output.js';
import { UsageError } from '../usageError.js';
import type { OUTPUT_FORMATS, predictSpec } from './command.js';
import { type Answers, formatted, type OutputFormat } from './forms.js';

type Options = Read<typeof predictSpec>['options'];

const ENDINGS: readonly (readonly [ending: RegExp, format: OutputFormat])[] = [
  [/\.csv$/i, 'csv'],
  [/\.(jsonl|ndjson)$/i, 'jsonl'],
  [/\.json$/i, 'json'],
  [/\.npy$/i, 'npy'],
];

/** How predictions are written. @throws UsageError for an ending that says nothing */
function outputFormat({ out, to, json }: Options): OutputFormat {
  if (to !== undefined) return to;
  if (out === undefined || out === '-') return json ? 'json' : 'csv';
  const known = ENDINGS.find(([ending]) => ending.test(out))?.[1];
  if (known !== undefined) return known;
  throw new UsageError(
    `the ending of --out '${out}' says no format: end it with .csv, .jsonl, .json or .npy, or add --to`,
  );
}

/** @throws UsageError for options that contradict each other */
function checkOptions({ out, to, json }: Options): void {
  const isStdout = out === undefined || out === '-';
  if (json && isStdout && to !== undefined && to !== 'json') {
    throw new UsageError(`--json prints one JSON object, which --to ${to} is not`);
  }
}

async function* answers(model: OpenModel, { pieces }: Rows, proba: boolean): AsyncGenerator<Answers> {
  for await (const { x, rows, others } of pieces) {
    yield { ...(await model.predict(x, proba)), rows, others };
  }
}

/** @throws SteepestError `ERR_ARGUMENT` if probabilities are wanted, and the model has none */
async function* checked(pieces: AsyncIterable<Answers>, proba: boolean): AsyncGenerator<Answers> {
  for await (const piece of pieces) {
    if (proba && piece.probabilities === undefined) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'a model of probabilities for --proba',
        given: 'one that has none',
        hint: 'Leave out --proba.',
      });
    }
    yield piece;
  }
}

/** `steepest predict`: a class or a number for each row. */
export async function runPredict({ arguments: given, options }: Read<typeof predictSpec>): Promise<number> {
  checkOptions(options);
  const format = outputFormat(options);
  const model = await openModel(given.model);
  const others = Object.fromEntries((options.keep ?? []).map((name) => [name, 'text' as const]));
  const rows = await openRows(model, given.data, {
    format: options.format,
    encoding: options.encoding,
    others,
  });
  for (const note of rows.notes) say(`steepest: ${note}`);
  let count = 0;
  async function* counted(): AsyncGenerator<Answers> {
    for await (const piece of checked(answers(model, rows, options.proba), options.proba)) {
      count += piece.rows;
      yield piece;
    }
  }
  const network = 'config' in model.model ? model.model : undefined;
  const names = { classes: model.classes, outputs: network?.classes };
  const bytes = formatted(counted(), format satisfies (typeof OUTPUT_FORMATS)[number], names);
  const { out } = options;
  if (out === undefined || out === '-') {
    for await (const piece of bytes) await print(piece);
  } else {
    await writePiecesAtomic(out, bytes);
    if (options.json) await printJson({ out, format, rows: count });
    else say(`${count.toLocaleString('en-US')} predictions written to ${out}`);
  }
  await shutdown();
  return EXIT.done;
}
