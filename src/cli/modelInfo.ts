/**
 * What `steepest train` adds to the file of a model, and the other commands read: the target, how
 * the columns of a CSV file are read, the scores of held-out rows, and how the model was made. It
 * is one text of JSON in the file's metadata. `load` ignores it, and a model that is loaded and
 * saved again has none.
 */

import { isCount } from '../core/guards.js';
import { messageOf } from '../core/show.js';
import { writeFileAtomic } from '../io/atomicWrite.js';
import { parseDescription } from '../io/description.js';
import { type ModelSource, modelFileError, readBytes } from '../io/modelFile.js';
import { readTensorInfo, safetensorsLength, withMetadata } from '../io/safetensors.js';
import { ALL_TYPES } from '../io/safetensorsTypes.js';
import type { ImageShape } from './data/images.js';
import type { CsvReading } from './readData.js';

/** A score of held-out rows, beside that of a model that has learned nothing from the columns. */
export interface ModelScore {
  /** As `steepest/metrics` calls it: 'accuracy', 'r2'. */
  name: string;
  /** As tables and reports call it: 'F1 of “yes”'. */
  title?: string;
  value: number;
  /** Undefined where a baseline has no such score. */
  baseline?: number;
  better?: 'higher' | 'lower';
  /** Over the folds of a cross-validation: the standard deviation, with n − 1. */
  sd?: number;
}

/** A column that predictions need. */
export interface ModelColumn {
  name: string;
  role: 'number' | 'category' | 'date';
}

/** JSON. It has no dates and no names of machines: the same command writes the same bytes. */
export interface ModelInfo {
  /** The release that wrote it. */
  version: string;
  /** The command, without options that change no bit of the model. */
  command: string;
  task: 'classification' | 'regression';
  /** The name of the target's column or array; of images `class`. */
  target: string;
  /** Names of the classes in the order of probabilities; undefined for a regression. */
  classes?: readonly string[];
  /** What kind of model it is: 'logistic', 'mlp', 'cnn', or the name of a file. */
  model: string;
  /** The columns of a table that predictions need; undefined for arrays and images. */
  columns?: readonly ModelColumn[];
  /** How columns of CSV are read: pass it to `readData`. */
  reading?: CsvReading;
  /** The size of images: pass it to `readData`. */
  image?: ImageShape;
  rows: { trained: number; held: number; dropped: number };
  /** Where the scores come from: held-out rows, the folds of a cross-validation, or given rows. */
  validation: { kind: 'split'; share: number } | { kind: 'folds'; folds: number } | { kind: 'given' };
  seed: number;
  scores: readonly ModelScore[];
}

/** Its key in the metadata. */
const KEY = 'train';

/** The bytes of a model's file with what is known about it. */
export const withModelInfo = (bytes: Uint8Array, info: ModelInfo): Uint8Array<ArrayBuffer> =>
  withMetadata(bytes, { [KEY]: JSON.stringify(info) });

/**
 * Writes the file of a model, atomically.
 * @param bytes of the model: `model.toBytes()`
 * @throws SteepestError `ERR_MODEL_FILE` if it cannot be written
 */
export async function writeModelInfo(path: string, bytes: Uint8Array, info: ModelInfo): Promise<void> {
  await writeFileAtomic(path, withModelInfo(bytes, info));
}

/**
 * What `steepest train` wrote into a file; undefined for a model that was saved otherwise.
 * @throws SteepestError `ERR_MODEL_FILE` for a file that is damaged or no safetensors file;
 *   `ERR_ARGUMENT` for what is no source
 */
export async function readModelInfo(source: ModelSource): Promise<ModelInfo | undefined> {
  return readBytes(source, { reader: 'load' }, {}, safetensorsLength, (bytes) =>
    modelInfoFrom(readTensorInfo(bytes, ALL_TYPES).metadata),
  );
}

/** The same from the metadata of a file. @throws SteepestError `ERR_MODEL_FILE` */
export function modelInfoFrom(metadata: Readonly<Record<string, string>>): ModelInfo | undefined {
  const text = metadata[KEY];
  if (text === undefined) return undefined;
  const info = parseDescription(text, KEY);
  try {
    check(info);
  } catch (error) {
    const hint = 'Train the model again.';
    throw modelFileError(`metadata '${KEY}' as steepest train writes it`, messageOf(error), hint);
  }
  return info as unknown as ModelInfo;
}

/** A file may be hostile: every field has its type. */
function check(info: Record<string, unknown>): void {
  const fail = (field: string): never => {
    throw new Error(`another value of '${field}'`);
  };
  const isText = (value: unknown): value is string => typeof value === 'string';
  const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
  const fieldsOf = (value: unknown): Record<string, unknown> =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const each = (field: string, test: (item: Record<string, unknown>) => boolean): void => {
    const value = info[field];
    if (!Array.isArray(value) || !value.every((item) => test(fieldsOf(item)))) fail(field);
  };

  for (const field of ['version', 'command', 'target', 'model']) if (!isText(info[field])) fail(field);
  if (info.task !== 'classification' && info.task !== 'regression') fail('task');
  if (info.classes !== undefined && !isTexts(info.classes)) fail('classes');
  if (info.columns !== undefined) {
    each(
      'columns',
      ({ name, role }) => isText(name) && isText(role) && ['number', 'category', 'date'].includes(role),
    );
  }
  each('scores', ({ name, title, value, baseline, better, sd }) => {
    const isNumber = (number: unknown): boolean => number === undefined || typeof number === 'number';
    const isKnown = better === undefined || better === 'higher' || better === 'lower';
    const isNamed = isText(name) && (title === undefined || isText(title));
    return isNamed && isKnown && typeof value === 'number' && isNumber(baseline) && isNumber(sd);
  });
  const { trained, held, dropped } = fieldsOf(info.rows);
  if (![trained, held, dropped, info.seed].every(isCount)) fail('rows');
  const { kind } = fieldsOf(info.validation);
  if (!isText(kind) || !['split', 'folds', 'given'].includes(kind)) fail('validation');
  if (info.reading !== undefined && !isReading(fieldsOf(info.reading))) fail('reading');
  if (info.image !== undefined && !isImage(fieldsOf(info.image))) fail('image');

  function isReading({ types, dates, missing, header }: Record<string, unknown>): boolean {
    const known = Object.values(fieldsOf(types)).every(
      (type) => type === 'number' || type === 'boolean' || type === 'text',
    );
    const formats = Object.values(fieldsOf(dates)).every(isText);
    const isHeader = header === undefined || header === false;
    return known && formats && (missing === undefined || isTexts(missing)) && isHeader;
  }
  function isImage({ size, channels }: Record<string, unknown>): boolean {
    const isPair = Array.isArray(size) && size.length === 2 && size.every(isCount);
    return isPair && (channels === 1 || channels === 3);
  }
}
