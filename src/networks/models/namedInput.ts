/** Samples of networks in tables: the names of columns say which input is which. */
import { atOnce, type InParts, inSlices } from '../../core/inParts.js';
import { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';
import { matrixNames } from '../../core/rows.js';
import type { ClassInput, SampleInput } from '../../data/arrayInputs.js';
import { type BatchStream, isBatchStream } from '../../data/batches.js';
import { frameOf, isNamed } from '../../data/tables/frameOf.js';
import { type FittedColumns, matchedPositions } from '../../data/tables/match.js';
import { numbersOfFrame } from '../../data/tables/numbers.js';
import { separateTarget } from '../../data/tables/target.js';
import { checkColumnNames } from '../compile/columnNames.js';
import type { ResolvedModel } from '../compile/model.js';

/** Samples whose columns are inputs of the model, in its order. */
export interface OrderedInput<Y> {
  x: SampleInput;
  y: Y;
  /** The names of the columns, if x has them. */
  columns: readonly string[] | undefined;
}

const columnsOf = ({ inputCols, columns }: ResolvedModel): FittedColumns => ({
  cols: inputCols,
  names: columns,
});

/**
 * Whether x or y is read by the names of columns; rows of numbers, the usual ones, are seen at
 * once.
 */
export function isNamedInput(x: unknown, y?: unknown): boolean {
  if (typeof y === 'string') return true;
  if (typeof x !== 'object' || ArrayBuffer.isView(x)) return false;
  return isNamed(x) || namesOf(x) !== undefined;
}

const namesOf = (x: unknown): readonly string[] | undefined => {
  const shape = (x as { shape?: unknown } | null | undefined)?.shape;
  return Array.isArray(shape) && shape.length === 2 ? matrixNames(x, shape[1] as number) : undefined;
};

/**
 * Brings named columns into the order of the model's, and takes a named target out of x. If the
 * model has no names yet, columns stay in their order.
 * @param learns true for a fit, from which a model without names takes them
 * @throws SteepestError as `numbersOfFrame` and `separateTarget`
 */
export function* orderedInParts<Y>(
  model: ResolvedModel,
  prefix: string,
  input: { x: SampleInput; y: Y },
  learns: boolean,
): InParts<OrderedInput<Y>> {
  const what = `${prefix}x`;
  const { x, y: targets } = separateTarget(what, input.x, input.y);
  const y = targets as Y;
  const isFirst = learns && model.columns === undefined;
  const frame = frameOf(what, x);
  if (frame !== undefined) {
    const fitted = isFirst ? undefined : columnsOf(model);
    const { data, rows, cols, names } = yield* numbersOfFrame(what, frame, fitted);
    return { x: new Matrix(data, [rows, cols], names), y, columns: names };
  }
  const names = namesOf(x);
  if (names === undefined || isFirst) return { x, y, columns: names };
  return { x: reordered(what, x as NdArray, names, columnsOf(model)), y, columns: names };
}

function reordered(what: string, x: NdArray, names: readonly string[], fitted: FittedColumns): SampleInput {
  const [rows = 0, cols = 0] = x.shape;
  // Without names of the model's, the number of columns is checked where all samples are.
  const positions = fitted.names && matchedPositions(what, { cols, names }, fitted);
  if (positions === undefined) return x;
  const data = new Float64Array(rows * positions.length);
  for (let i = 0, to = 0; i < rows; i++) {
    for (const j of positions) data[to++] = x.data[i * cols + j]!;
  }
  return new Matrix(data, [rows, positions.length], fitted.names);
}

/** The same for a call: in slices, and only if there are names. */
export async function ordered<Y>(
  model: ResolvedModel,
  x: SampleInput,
  y: Y,
  prefix = '',
): Promise<{ x: SampleInput; y: Y }> {
  return inSlices(orderedInParts(model, prefix, { x, y }, false));
}

/** The same at once, of samples alone. */
export const orderedAtOnce = (model: ResolvedModel, x: SampleInput): SampleInput =>
  atOnce(orderedInParts(model, '', { x, y: undefined }, false)).x;

/** The same for named samples, unless they are a stream, whose batches have no names. */
export async function orderedSamples(
  model: ResolvedModel,
  x: SampleInput | BatchStream,
): Promise<SampleInput | BatchStream> {
  if (isBatchStream(x)) return x;
  return (await ordered(model, x, undefined)).x;
}

/** A model that knows the names of its columns. @throws SteepestError as `checkColumnNames` */
export const withColumns = (model: ResolvedModel, names: readonly string[] | undefined): ResolvedModel =>
  names === undefined || model.columns !== undefined
    ? model
    : { ...model, columns: checkColumnNames(names, model.inputCols) };

interface Validated {
  validationData: readonly unknown[] | BatchStream | undefined;
}

/** Whether any of a fit's data are read by the names of columns. */
export function isNamedFit(
  input: { x: SampleInput; y: unknown } | BatchStream,
  { validationData }: Validated,
) {
  const hasNames = !isBatchStream(input) && isNamedInput(input.x, input.y);
  return hasNames || isNamedPair(validationData);
}

const isNamedPair = (given: Validated['validationData']): given is readonly unknown[] =>
  Array.isArray(given) && !isBatchStream(given) && isNamedInput(given[0], given[1]);

/**
 * Data of a fit in the order of the model's columns, and the model with their names.
 * @throws SteepestError as {@link orderedInParts} and `checkColumnNames`
 */
export async function orderedFit<C extends Validated>(
  model: ResolvedModel,
  given: { x: SampleInput; y: ClassInput } | BatchStream,
  choices: C,
): Promise<{ model: ResolvedModel; input: typeof given; choices: C }> {
  let input = given;
  let named = model;
  if (!isBatchStream(given)) {
    const { columns, ...arrays } = await inSlices(orderedInParts(model, '', given, true));
    input = arrays;
    named = withColumns(model, columns);
  }
  if (!isNamedPair(choices.validationData)) return { model: named, input, choices };
  const [x, y, ...weights] = choices.validationData;
  const held = await ordered(named, x as SampleInput, y, 'validation ');
  return { model: named, input, choices: { ...choices, validationData: [held.x, held.y, ...weights] } };
}
