import { SteepestError } from '../core/errors.js';
import { type InParts, NUMBERS_PER_PART } from '../core/inParts.js';
import { isNumberList } from '../core/realm.js';
import { refuseCell } from '../core/refuse.js';
import { show } from '../core/show.js';

/** Images as nested lists, `[samples][height][width][channels]`, as Keras users have them. */

/**
 * Networks take samples of at most three dimensions; deeper lists are refused without further
 * checks.
 */
const DEEPEST = 6;

/** The lengths of nested lists, from the first of each level: none for a number. */
export function nestedShape(input: unknown): number[] {
  const shape: number[] = [];
  for (let level = input; isNumberList(level) && shape.length < DEEPEST; level = level[0])
    shape.push(level.length);
  return shape;
}

/**
 * All numbers of nested lists, in order.
 * @throws SteepestError `ERR_RAGGED`, `ERR_ARGUMENT`, with the sample and the position in it
 */
export function* flattenNested(
  what: string,
  input: unknown,
  shape: readonly number[],
  firstRow: number,
): InParts<Float64Array> {
  const values = new Float64Array(shape.reduce((product, size) => product * size, 1));
  let at = 0;
  const place = (path: readonly number[]): string => {
    const [sample = 0, ...inside] = path;
    return `at sample ${firstRow + sample}${inside.length > 0 ? `, position [${inside.join(', ')}]` : ''}`;
  };
  const checkList: (list: unknown, path: readonly number[]) => asserts list is ArrayLike<unknown> = (
    list,
    path,
  ) => {
    const depth = path.length;
    if (isNumberList(list) && list.length === shape[depth]) return;
    throw new SteepestError('ERR_RAGGED', {
      expected: `nested lists of ${what} to have ${shape[depth]} elements at depth ${depth}, as the first has`,
      given: `${isNumberList(list) ? `${list.length} of them` : show(list)} ${place(path)}`,
      hint: 'Give every sample the same shape.',
    });
  };
  const visit = (list: unknown, path: readonly number[]): void => {
    checkList(list, path);
    const depth = path.length;
    const isInnermost = depth === shape.length - 1;
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (!isInnermost) visit(value, [...path, i]);
      else if (typeof value === 'number') values[at++] = value;
      else refuseCell(what, value, place([...path, i]));
    }
  };
  checkList(input, []);
  const perSample = values.length / Math.max(1, shape[0]!);
  const samplesPerPart = Math.ceil(NUMBERS_PER_PART / (perSample + 1));
  for (let i = 0; i < input.length; i++) {
    if (i % samplesPerPart === samplesPerPart - 1) yield;
    visit(input[i], [i]);
  }
  return values;
}
