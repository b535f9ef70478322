import type { NumberData } from '../../../../io/onnx/elementTypes.js';
import type { OnnxTensor } from '../../../../io/onnx/messages.js';

/** A constant of the graph, without a copy: element i, j … is at `offset` + Σ index·stride. */
export interface View {
  type: OnnxTensor['type'];
  data: NumberData | readonly string[];
  shape: readonly number[];
  strides: readonly number[];
}

export const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Strides of an array without gaps, row-major. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export const viewOf = ({ type, data, shape }: OnnxTensor): View => ({
  type,
  data,
  shape,
  strides: stridesOf(shape),
});

/** The same with its axes in another order; undefined unless `axes` has each of them once. */
export function transposed(view: View, axes: readonly number[]): View | undefined {
  const { shape } = view;
  const isOrder = axes.length === shape.length && shape.every((_, axis) => axes.includes(axis));
  if (!isOrder) return undefined;
  return {
    ...view,
    shape: axes.map((axis) => shape[axis]!),
    strides: axes.map((axis) => view.strides[axis]!),
  };
}

/** The same numbers in another shape; undefined if there are gaps, or other numbers of elements. */
export function reshaped(view: View, shape: readonly number[]): View | undefined {
  const isPlain = stridesOf(view.shape).every(
    (stride, axis) => stride === view.strides[axis] || view.shape[axis] === 1,
  );
  const fits = isPlain && product(shape) === product(view.shape);
  return fits ? { ...view, shape, strides: stridesOf(shape) } : undefined;
}

/** The same without axes of size 1 at its beginning, which broadcasting adds. */
export function withoutLeadingOnes({ shape, strides, ...rest }: View, least = 0): View {
  let from = 0;
  while (shape.length - from > least && shape[from] === 1) from++;
  return { ...rest, shape: shape.slice(from), strides: strides.slice(from) };
}

/** Sizes with axes of size 1 between them, at the places `ones`. */
export function withOnes<S>(sizes: readonly S[], ones: readonly number[]): (S | 1)[] {
  const rest = [...sizes];
  const all = { length: sizes.length + ones.length };
  return Array.from(all, (_, axis) => (ones.includes(axis) ? 1 : (rest.shift() ?? 1)));
}

/** The axes of a shape with more than one element. */
export const longAxes = (shape: readonly number[]): number[] =>
  shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));

export const isFloating = ({ type }: View): boolean => type === 'float' || type === 'double';
const isWhole = ({ type }: View): boolean => type !== 'string' && !isFloating({ type } as View);

/** The number, if the constant is a single one of any type. */
export function scalarOf(view: View | undefined): number | undefined {
  if (view === undefined || view.type === 'string' || product(view.shape) !== 1) return undefined;
  return Number(view.data[0]);
}

/** At most this many numbers tell axes, shapes or pads. */
const MOST_INTEGERS = 64;

/** A short list of whole numbers; undefined for anything else. */
export function integersOf(view: View | undefined): number[] | undefined {
  if (view === undefined || !isWhole(view) || view.shape.length > 1) return undefined;
  const count = product(view.shape);
  if (count > MOST_INTEGERS) return undefined;
  const stride = view.strides[0] ?? 1;
  return Array.from({ length: count }, (_, i) => Number(view.data[i * stride]));
}
