import { checkBoolean } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { InParts } from '../../core/inParts.js';
import type { Matrix } from '../../core/matrix.js';
import { allocate, checkNoInfinity, type TableInput } from '../base/columns.js';
import { checkFiniteFeatures, type FeatureInput, type Features, readFeatures } from '../base/features.js';
import { checkOptions } from '../base/fitOptions.js';
import { attribute, type SavedState } from '../base/saved.js';
import type { Work } from '../base/work.js';
import { writeScattered } from '../onnx/columns.js';
import type { Graph } from '../onnx/graph.js';
import { OnnxTable } from '../onnx/table.js';
import { eachRow } from '../preprocessing/columnwise.js';
import { InvertibleTransformer } from '../preprocessing/invertible.js';

/** What transformers share that keep some columns and drop the others. */
export abstract class Selector<P extends object> extends InvertibleTransformer<P, Matrix<Float64Array>> {
  /** Numbers of the kept columns, ascending. */
  protected kept: readonly number[] = [];

  /** Whether missing values are accepted. */
  protected abstract readonly takesNaN: boolean;

  /** Numbers, finite or, for some selectors, missing. */
  protected readNumbers(x: TableInput): Features {
    return this.checked(readFeatures('X', x as FeatureInput));
  }

  private checked(features: Features): Features {
    if (this.takesNaN) checkNoInfinity('X', features.data, features.cols, features.names);
    else checkFiniteFeatures('X', features);
    return features;
  }

  /**
   * Takes over what a fit has found.
   * @throws SteepestError `ERR_EMPTY` if no column is kept
   */
  protected keep(kept: readonly number[], { cols, names }: Pick<Features, 'cols' | 'names'>): void {
    if (kept.length === 0) {
      throw new SteepestError('ERR_EMPTY', {
        expected: 'at least one column to keep',
        given: `${cols} columns, of which none qualifies`,
        hint: 'Lower the threshold, or keep more columns.',
      });
    }
    this.kept = kept;
    this.fitted = { cols, names };
  }

  /** The kept columns. @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_NOT_FINITE` */
  protected *transforming(x: TableInput): Work<Matrix<Float64Array>> {
    const features = this.checked(this.featuresLikeFit('transform()', x));
    return this.named(yield* select(features, this.kept));
  }

  /**
   * The columns of the fit, with zeros in those that were dropped.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_NOT_FINITE`
   */
  protected *inverting(x: TableInput): Work<Matrix<Float64Array>> {
    this.ready('inverseTransform()');
    const features = this.readNumbers(x);
    const { cols } = this.checkColumns('inverseTransform()', features, this.kept.length);
    const result = allocate(features.rows, cols);
    const { data } = features;
    const { kept } = this;
    const width = kept.length;
    yield* eachRow({ rows: features.rows, cols }, (row) => {
      for (let k = 0; k < width; k++) result.data[row * cols + kept[k]!] = data[row * width + k]!;
    });
    return result;
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    this.ready('toOnnx()');
    return table.pick(graph, this.kept);
  }

  override writeOnnxInverse(graph: Graph, table: OnnxTable): OnnxTable {
    const { cols } = this.ready('toOnnx()');
    return OnnxTable.ofNumbers(writeScattered(graph, table.numbers(graph), this.kept, cols), cols);
  }

  /**
   * Which columns are kept: true or false per column, or their numbers.
   * @throws SteepestError `ERR_NOT_FITTED`
   */
  getSupport(options?: { indices?: false }): boolean[];
  getSupport(options: { indices: true }): number[];
  getSupport(options: { indices?: boolean } = {}): boolean[] | number[] {
    const { cols } = this.ready('getSupport()');
    checkOptions('getSupport', options, ['indices']);
    if (options.indices !== undefined && checkBoolean('indices', options.indices)) return [...this.kept];
    const mask = new Array<boolean>(cols).fill(false);
    for (const j of this.kept) mask[j] = true;
    return mask;
  }

  /** The names of the kept columns. */
  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    const nameAt = this.inputName(inputNames);
    return this.kept.map(nameAt);
  }

  /** The columns of a file. @throws SteepestError `ERR_MODEL_FILE` */
  protected restoreKept(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    const isKept = (value: unknown): value is number[] =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((j, i) => Number.isInteger(j) && j < fitted.cols && j > (i === 0 ? -1 : value[i - 1]));
    this.kept = attribute(state, 'kept', isKept);
    this.fitted = fitted;
  }
}

function* select(features: Features, kept: readonly number[]): InParts<Matrix<Float64Array>> {
  const { data, rows, cols } = features;
  const width = kept.length;
  const result = allocate(rows, width);
  yield* eachRow(features, (row) => {
    for (let k = 0; k < width; k++) result.data[row * width + k] = data[row * cols + kept[k]!]!;
  });
  return result;
}
