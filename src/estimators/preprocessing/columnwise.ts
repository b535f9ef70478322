import { eachRange, type InParts, NUMBERS_PER_PART } from '../../core/inParts.js';
import type { Matrix } from '../../core/matrix.js';
import { allocate, checkNoInfinity, type TableInput } from '../base/columns.js';
import type { Features } from '../base/features.js';
import type { Work } from '../base/work.js';
import type { Graph } from '../onnx/graph.js';
import { OnnxTable } from '../onnx/table.js';
import { InvertibleTransformer } from './invertible.js';

/** What becomes of one number of a column. */
export type NumberMap = (value: number, column: number) => number;

/**
 * What scalers share that map each number of a column on its own. NaN counts as missing: it is
 * ignored in the fit and stays NaN. Infinities are refused.
 */
export abstract class Columnwise<P extends object> extends InvertibleTransformer<P, Matrix<Float64Array>> {
  /** The map of `transform`. @throws SteepestError `ERR_NOT_FITTED` */
  protected abstract forward(): NumberMap;

  /** The map of `inverseTransform`. @throws SteepestError `ERR_NOT_FITTED` */
  protected abstract backward(): NumberMap;

  /** rows × columns. @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_NOT_FINITE` */
  protected *transforming(x: TableInput): Work<Matrix<Float64Array>> {
    return yield* this.mapped('transform()', x, this.forward());
  }

  /** The numbers that `transform` was given. @throws SteepestError as {@link transform} */
  protected *inverting(x: TableInput): Work<Matrix<Float64Array>> {
    return yield* this.mapped('inverseTransform()', x, this.backward());
  }

  private *mapped(what: string, x: TableInput, map: NumberMap): InParts<Matrix<Float64Array>> {
    const features = this.featuresLikeFit(what, x);
    const { data, rows, cols, names } = features;
    checkNoInfinity('X', data, cols, names);
    const result = allocate(rows, cols);
    const out = result.data;
    yield* eachRow(features, (row) => {
      const at = row * cols;
      for (let j = 0; j < cols; j++) out[at + j] = map(data[at + j]!, j);
    });
    return this.named(result);
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    const { cols } = this.ready('toOnnx()');
    return OnnxTable.ofNumbers(this.writeForward(graph, table.numbers(graph)), cols);
  }

  override writeOnnxInverse(graph: Graph, table: OnnxTable): OnnxTable {
    const { cols } = this.ready('toOnnx()');
    return OnnxTable.ofNumbers(this.writeBackward(graph, table.numbers(graph)), cols);
  }

  /** {@link forward} in a graph. */
  protected abstract writeForward(graph: Graph, x: string): string;

  /** {@link backward} in a graph. */
  protected abstract writeBackward(graph: Graph, x: string): string;

  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    return [...this.inputNames(inputNames)];
  }
}

/** Visits rows, in parts. */
export function eachRow(
  { rows, cols }: Pick<Features, 'rows' | 'cols'>,
  visit: (row: number) => void,
): InParts<void> {
  const most = Math.max(1, Math.floor(NUMBERS_PER_PART / cols));
  return eachRange(
    rows,
    (begin, end) => {
      for (let row = begin; row < end; row++) visit(row);
    },
    most,
  );
}
