import { type Aliases, didYouMean } from '../../core/nearest.js';
import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { refuseBody } from './http/refusal.js';
import type { Rows } from './model/rows.js';
import type { Served } from './model/served.js';

/** What a body asks for. */
export interface PredictRequest {
  rows: Rows;
  isOne: boolean;
  proba: boolean;
}

const KEYS: readonly string[] = ['rows', 'row', 'proba'];

/** What other servers call them: TensorFlow Serving, KServe, MLflow, BentoML. */
const ALIASES: Aliases = {
  instances: 'rows',
  inputs: 'rows',
  data: 'rows',
  x: 'rows',
  input_data: 'rows',
  dataframe_records: 'rows',
  dataframe_split: 'rows',
  instance: 'row',
  input: 'row',
  probabilities: 'proba',
  predict_proba: 'proba',
};

const EXAMPLE = 'Write { "rows": [ … ] }, or { "row": … } for one row; GET / shows an example.';

/** `proba=1` after the question mark. @throws Refusal 400 for other words and values */
export function readQuery(query: string): boolean | undefined {
  if (query === '') return undefined;
  let proba: boolean | undefined;
  for (const [name, value] of new URLSearchParams(query)) {
    if (name !== 'proba') {
      refuseBody('ERR_UNKNOWN_NAME', `?${name}`, {
        expected: "a query with 'proba' only",
        given: show(name),
        hint: didYouMean(name, ['proba'], 'Leave it out.', ALIASES),
      });
    }
    proba = ['1', 'true', ''].includes(value);
    if (!proba && value !== '0' && value !== 'false') {
      refuseBody('ERR_ARGUMENT', '?proba', {
        expected: 'proba to be 1 or 0',
        given: show(value),
        hint: 'Write /predict?proba=1.',
      });
    }
  }
  return proba;
}

/**
 * Reads a body.
 * @param asked whether the query asks for probabilities
 * @throws Refusal 400, with the place of what is wrong
 */
export function readPredictRequest(
  body: unknown,
  { reader, info }: Served,
  asked: boolean | undefined,
): PredictRequest {
  if (!isPlainObject(body)) {
    refuseBody('ERR_BODY', undefined, { expected: 'an object', given: show(body), hint: EXAMPLE });
  }
  const given = body as Record<string, unknown>;
  for (const key of Object.keys(given)) if (!KEYS.includes(key)) refuseKey(key, reader.inputs.names);
  const proba = wantsProba(given, asked);
  if (proba && info.whyNoProbabilities !== undefined) {
    refuseBody('ERR_ARGUMENT', 'proba', {
      expected: 'a classifier with probabilities',
      given: info.whyNoProbabilities,
      hint: 'Leave proba out.',
    });
  }
  const isOne = Object.hasOwn(given, 'row');
  if (isOne === Object.hasOwn(given, 'rows')) {
    const words = isOne ? 'both' : 'none';
    refuseBody('ERR_BODY', undefined, { expected: "either 'rows' or 'row'", given: words, hint: EXAMPLE });
  }
  if (isOne) return { rows: reader.readOne(given.row, 'row'), isOne, proba };
  const { rows } = given;
  if (!Array.isArray(rows)) {
    refuseBody('ERR_SHAPE', 'rows', { expected: 'a list of rows', given: show(rows), hint: EXAMPLE });
  }
  if (rows.length === 0) {
    refuseBody('ERR_EMPTY', 'rows', { expected: 'at least one row', given: 'none', hint: EXAMPLE });
  }
  return { rows: reader.readAll(rows, 'rows'), isOne, proba };
}

function wantsProba(given: Record<string, unknown>, asked: boolean | undefined): boolean {
  const proba = Object.hasOwn(given, 'proba') ? given.proba : undefined;
  if (proba === undefined) return asked ?? false;
  if (typeof proba !== 'boolean') {
    refuseBody('ERR_ARGUMENT', 'proba', {
      expected: 'true or false',
      given: show(proba),
      hint: 'Write "proba": true.',
    });
  }
  return proba;
}

function refuseKey(key: string, columns: readonly string[] | undefined): never {
  const hint = columns?.includes(key)
    ? 'That is a column: write { "row": { … } } around the row.'
    : didYouMean(key, KEYS, EXAMPLE, ALIASES);
  refuseBody('ERR_UNKNOWN_NAME', key, {
    expected: "an object with 'rows' or 'row', and 'proba' if you like",
    given: show(key),
    hint,
  });
}
