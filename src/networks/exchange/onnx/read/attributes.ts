import { shown } from '../../../../io/jsonCursor.js';
import type { OnnxAttribute, OnnxNode } from '../../../../io/onnx/messages.js';
import { damaged, shownNode } from './refuse.js';

/** An attribute's value, or undefined if the node has none. */
function attribute(node: OnnxNode, name: string, type: OnnxAttribute['type']): unknown {
  const found = node.attributes.get(name);
  if (found === undefined || found.type === type) return found?.value;
  return damaged(`${shown(name)} of ${shownNode(node)} as ${type}`, found.type);
}

export const intOf = <D>(node: OnnxNode, name: string, otherwise: D): number | D =>
  (attribute(node, name, 'int') as number | undefined) ?? otherwise;

/** A float32 as the number that was meant: 0.001 is written as 0.0010000000474974513. */
export const floatOf = <D>(node: OnnxNode, name: string, otherwise: D): number | D => {
  const value = attribute(node, name, 'float') as number | undefined;
  return value === undefined ? otherwise : shortest(value);
};
export const textOf = <D>(node: OnnxNode, name: string, otherwise: D): string | D =>
  (attribute(node, name, 'string') as string | undefined) ?? otherwise;
export const intsOf = <D>(node: OnnxNode, name: string, otherwise: D): readonly number[] | D =>
  (attribute(node, name, 'ints') as number[] | undefined) ?? otherwise;

/** The order of axes of a Transpose; it turns them around unless it says so. */
export const permOf = (node: OnnxNode, rank: number): readonly number[] =>
  intsOf(
    node,
    'perm',
    Array.from({ length: rank }, (_, axis) => rank - 1 - axis),
  );

/** Whether an input or output that is optional is there. */
export const isGiven = (name: string | undefined): name is string => name !== undefined && name !== '';

/** Decimal digits that distinguish every float32 from the others. */
const MOST_DIGITS = 9;

/** The number with the fewest decimal digits that a float32 may stand for. */
export function shortest(value: number): number {
  for (let digits = 1; digits < MOST_DIGITS; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

/** An axis from 0 on; a negative one counts from the end. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
