import type { Graph } from './graph.js';

/**
 * A difference from a number of this size or more may overflow float64; from a smaller one the
 * result is at most rounded to the largest number.
 */
const HUGE = 2 ** 969;

/** What becomes of the numbers of each column: (x − center) / scale. */
export interface Shift {
  /** Without it, 0. */
  center: Float64Array | undefined;
  scale: Float64Array;
  /** Half of `scale`, for columns whose scale overflows float64. */
  halfScale?: Float64Array;
}

/** 1 for each column, or ½ where numbers, differences or the scale may overflow. */
function halves({ center, scale }: Shift): Float64Array {
  return scale.map((size, j) =>
    size === Number.POSITIVE_INFINITY || Math.abs(center?.[j] ?? 0) >= HUGE ? 0.5 : 1,
  );
}

const scaledBy = (values: Float64Array, factors: Float64Array): Float64Array =>
  values.map((value, j) => value * factors[j]!);

/** `scale`, halved where the numbers are. */
const divisors = ({ scale, halfScale }: Shift, parts: Float64Array): Float64Array =>
  scale.map((size, j) => (parts[j] === 1 ? size : (halfScale?.[j] ?? size / 2)));

/** (x − center) / scale by columns. */
export function writeShift(graph: Graph, x: string, shift: Shift): string {
  const parts = halves(shift);
  let value = x;
  if (parts.includes(0.5)) value = graph.op('Mul', [value, graph.numbers('part', parts)], 'halved');
  if (shift.center !== undefined) {
    const center = graph.numbers('center', scaledBy(shift.center, parts));
    value = graph.op('Sub', [value, center], 'centred');
  }
  return graph.op('Div', [value, graph.numbers('scale', divisors(shift, parts))], 'scaled');
}

/** The inverse: x · scale + center. */
export function writeShiftBack(graph: Graph, x: string, shift: Shift): string {
  const parts = halves(shift);
  const scale = graph.numbers('scale', divisors(shift, parts));
  let value = graph.op('Mul', [x, scale], 'unscaled');
  if (shift.center !== undefined) {
    const center = graph.numbers('center', scaledBy(shift.center, parts));
    value = graph.op('Add', [value, center], 'uncentred');
  }
  if (!parts.includes(0.5)) return value;
  return graph.op('Div', [value, graph.numbers('part', parts)], 'doubled');
}

/** A range of each column that becomes one range of all. */
export interface RangeMap {
  /** x · scale + min. */
  scale: Float64Array;
  min: Float64Array;
  /** The ends of each column's range, apart from each other. */
  ends: readonly (readonly [low: number, high: number])[];
  /** Whether `scale` loses no digits; otherwise the ends are used. */
  hasRoom: readonly boolean[];
  range: readonly [number, number];
}

/** Ranges of columns within float64's: of a tiny range a multiple, of a huge one a part. */
function inRoom({ ends, range }: RangeMap): { factor: Float64Array; low: Float64Array; width: Float64Array } {
  const factor = Float64Array.from(ends, ([low, high]) => (high - low < 1 ? 2 ** 600 : 2 ** -2));
  const low = factor.map((f, j) => ends[j]![0] * f);
  const [least, most] = range;
  const width = factor.map((f, j) => (ends[j]![1] * f - low[j]!) / (most - least));
  return { factor, low, width };
}

/** x · scale + min by columns. */
export function writeRange(graph: Graph, x: string, map: RangeMap): string {
  const { scale, min, hasRoom, range } = map;
  const product = graph.op('Mul', [x, graph.numbers('scale', scale)], 'scaled');
  const plain = graph.op('Add', [product, graph.numbers('min', min)], 'inRange');
  if (hasRoom.every(Boolean)) return plain;
  const { factor, low, width } = inRoom(map);
  const within = graph.op('Mul', [x, graph.numbers('factor', factor)], 'within');
  const distance = graph.op('Sub', [within, graph.numbers('low', low)], 'distance');
  const part = graph.op('Div', [distance, graph.numbers('width', width)], 'part');
  const exact = graph.op('Add', [part, graph.number('least', range[0])], 'exact');
  return graph.op('Where', [graph.flags('hasRoom', hasRoom), plain, exact], 'ranged');
}

/** The inverse: (x − min) / scale. */
export function writeRangeBack(graph: Graph, x: string, map: RangeMap): string {
  const { scale, min, hasRoom, range } = map;
  const distance = graph.op('Sub', [x, graph.numbers('min', min)], 'distance');
  const plain = graph.op('Div', [distance, graph.numbers('scale', scale)], 'unscaled');
  if (hasRoom.every(Boolean)) return plain;
  const { factor, low, width } = inRoom(map);
  const from = graph.op('Sub', [x, graph.number('least', range[0])], 'from');
  const part = graph.op('Mul', [from, graph.numbers('width', width)], 'within');
  const sum = graph.op('Add', [part, graph.numbers('low', low)], 'shifted');
  const exact = graph.op('Div', [sum, graph.numbers('factor', factor)], 'exact');
  return graph.op('Where', [graph.flags('hasRoom', hasRoom), plain, exact], 'unranged');
}
