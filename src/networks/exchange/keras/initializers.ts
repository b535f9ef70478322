import { show } from '../../../core/show.js';
import { completeInitializer, type Initializer, type InitializerName } from '../../initializers/index.js';
import { type Fields, readNamed, squeeze } from './fields.js';
import { HINT_READING, refuseReading } from './refuse.js';

/**
 * Initializers are written and read by name: they matter for a new model only, as a file has the
 * weights. (TensorFlow.js cuts normal distributions off without making up for the lost variance.)
 */
const CLASSES: Readonly<Record<InitializerName, string>> = {
  zeros: 'Zeros',
  ones: 'Ones',
  constant: 'Constant',
  randomNormal: 'RandomNormal',
  randomUniform: 'RandomUniform',
  truncatedNormal: 'TruncatedNormal',
  varianceScaling: 'VarianceScaling',
  orthogonal: 'Orthogonal',
  identity: 'Identity',
  glorotUniform: 'GlorotUniform',
  glorotNormal: 'GlorotNormal',
  heUniform: 'HeUniform',
  heNormal: 'HeNormal',
  lecunUniform: 'LeCunUniform',
  lecunNormal: 'LeCunNormal',
};

const BY_KEY = new Map(Object.entries(CLASSES).map(([ours, theirs]) => [squeeze(theirs), ours]));

/** Values of options that are names, ours first. */
const WORDS: readonly (readonly [string, string])[] = [
  ['fanIn', 'fan_in'],
  ['fanOut', 'fan_out'],
  ['fanAverage', 'fan_avg'],
  ['truncatedNormal', 'truncated_normal'],
  ['untruncatedNormal', 'untruncated_normal'],
  ['uniform', 'uniform'],
];

const theirWord = (value: unknown): unknown => WORDS.find(([ours]) => ours === value)?.[1] ?? value;
const ourWord = (value: string): string =>
  WORDS.find(([, theirs]) => theirs === value)?.[0] ?? (value === 'normal' ? 'truncatedNormal' : value);

/** An initializer as Keras writes it. @param given complete */
export function writeInitializer(given: Initializer | undefined): { class_name: string; config: object } {
  const complete = completeInitializer('initializer', given);
  const { name, ...options } = typeof complete === 'string' ? { name: complete } : complete;
  const config = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, theirWord(value)]));
  return { class_name: CLASSES[name as InitializerName], config };
}

/** The initializer that an option names; `usual` if the option is not there. */
export function readInitializer(fields: Fields, key: string, usual: InitializerName): Initializer {
  const value = fields.take(key);
  if (value === undefined) return usual;
  const what = `${key} of ${fields.what}`;
  const { key: squeezed, written, fields: options } = readNamed(what, value);
  const name = BY_KEY.get(squeezed);
  if (name === undefined) {
    return refuseReading(
      `${what} to be one of ${Object.values(CLASSES).join(', ')}`,
      show(written),
      HINT_READING,
    );
  }
  options.ignore('seed', 'dtype');
  const complete: Record<string, unknown> = { name };
  for (const option of [
    'value',
    'mean',
    'stddev',
    'minval',
    'maxval',
    'gain',
    'scale',
    'mode',
    'distribution',
  ]) {
    const given = options.take(option);
    if (given !== undefined) complete[option] = typeof given === 'string' ? ourWord(given) : given;
  }
  options.finish();
  return complete as Initializer;
}
