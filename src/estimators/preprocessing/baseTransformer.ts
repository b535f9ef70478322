import { SteepestError } from '../../core/errors.js';
import { isNames, isSize, orAbsent } from '../../core/guards.js';
import { Matrix } from '../../core/matrix.js';
import { show } from '../../core/show.js';
import {
  columnName,
  readTable,
  type TableColumns,
  type TableInput,
  type TableOutput,
} from '../base/columns.js';
import { BaseEstimator, type EstimatorFitOptions, type Transformer } from '../base/estimator.js';
import { type FeatureInput, type Features, type FittedColumns, readFeatures } from '../base/features.js';
import { attribute, type SavedState } from '../base/saved.js';
import { type Manner, type RowInput, rowsOf, type Work, workAtOnce, workInSlices } from '../base/work.js';

/**
 * What transformers share: the columns of the fit, their names, and the words for what does not
 * fit.
 */
export abstract class BaseTransformer<P extends object, Out extends TableOutput = TableOutput>
  extends BaseEstimator<P>
  implements Transformer
{
  protected fitted: FittedColumns | undefined;

  /** Learns from x. Nothing changes if it fails. */
  abstract fit(x: TableInput, y?: unknown, options?: EstimatorFitOptions): Promise<this>;

  /** The work of {@link transform} and {@link transformSync}. */
  protected abstract transforming(x: TableInput, manner: Manner): Work<Out>;

  /** One row per row of x. x is not modified. */
  async transform(x: TableInput): Promise<Out> {
    return workInSlices(this.transforming(x, ''));
  }

  /**
   * The same at once, for one row or a few: in a request, for example. One row may be a list of its
   * cells or an object of them by name.
   */
  transformSync(x: TableInput | RowInput): Out {
    return workAtOnce(this.transforming(rowsOf(x), 'Sync'));
  }

  /**
   * Names of the columns that `transform` returns; `inputNames` default to those of the fit, or x0,
   * x1, ….
   */
  abstract getFeatureNamesOut(inputNames?: readonly string[]): string[];

  /** `fit`, then `transform`, on the same table. */
  async fitTransform(x: TableInput, y?: unknown, options?: EstimatorFitOptions): Promise<Out> {
    await this.fit(x, y, options);
    return this.transform(x);
  }

  /**
   * Names of the output of one fit: they may be many, and one row is transformed in microseconds.
   */
  private outputNames: { of: FittedColumns; params: P; names: readonly string[] } | undefined;

  /** True if the columns of the output are others than those of the input. */
  protected get makesColumns(): boolean {
    return false;
  }

  /**
   * What `transform` returns, with the names of its columns: if those of the fit had names, or they
   * are new.
   */
  protected named(result: Matrix<Float64Array>): Matrix<Float64Array> {
    const { params } = this;
    const of = this.ready('transform()');
    if (of.names === undefined && !this.makesColumns) return result;
    if (this.outputNames?.of !== of || this.outputNames.params !== params) {
      this.outputNames = { of, params, names: this.namesOut() };
    }
    return new Matrix(result.data, result.shape, this.outputNames.names);
  }

  protected namesOut(): readonly string[] {
    return this.getFeatureNamesOut();
  }

  /** Number of columns of the fit. @throws SteepestError `ERR_NOT_FITTED` */
  get nFeaturesIn(): number {
    return this.ready('nFeaturesIn').cols;
  }

  protected override fittedColumns(what: string): FittedColumns {
    return this.ready(what);
  }

  /** @throws SteepestError `ERR_NOT_FITTED` */
  protected ready(what: string): FittedColumns {
    if (this.fitted === undefined) throw this.notFitted(what);
    return this.fitted;
  }

  /**
   * Numbers with the columns of the fit, which are matched by name if both have names.
   * @throws SteepestError `ERR_NOT_FITTED`; as `readFeatures`
   */
  protected featuresLikeFit(what: string, x: TableInput): Features {
    return readFeatures('X', x as FeatureInput, this.ready(what));
  }

  /**
   * The same with text.
   * @param needed the columns that will be read, by number; by default all
   */
  protected tableLikeFit(what: string, x: TableInput, needed?: readonly number[]): TableColumns {
    return readTable('X', x, this.ready(what), needed);
  }

  /**
   * To be called with what `transform` returned.
   * @param cols how many columns `transform` gives; by default as many as it takes
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE` unless there are as many
   */
  protected checkColumns(what: string, given: Pick<Features, 'cols'>, cols?: number): FittedColumns {
    const fitted = this.ready(what);
    const expected = cols ?? fitted.cols;
    if (given.cols === expected) return fitted;
    throw new SteepestError('ERR_SHAPE', {
      expected: `X with ${expected} columns, as transform gives`,
      given: `${given.cols}`,
      hint: 'Pass what transform returned, or a table of the same shape.',
    });
  }

  /** Names of the input columns. @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE` */
  protected inputNames(given: readonly string[] | undefined): readonly string[] {
    const nameAt = this.inputName(given);
    return given ?? Array.from({ length: this.ready('getFeatureNamesOut()').cols }, (_, j) => nameAt(j));
  }

  /**
   * The same, if only a few of many are needed. @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`
   */
  protected inputName(given: readonly string[] | undefined): (column: number) => string {
    const { cols, names } = this.ready('getFeatureNamesOut()');
    const fits = (list: unknown): boolean => isNames(list) && list.length === cols;
    if (given !== undefined && !fits(given)) {
      throw new SteepestError('ERR_SHAPE', {
        expected: `a list of ${cols} input names, one per column of fit`,
        given: show(given),
        hint: 'Name every column, or leave the names out.',
      });
    }
    return (j) => given?.[j] ?? columnName(names, j);
  }

  /** The columns of the fit as attributes of a file. */
  protected columnAttributes(): Record<string, unknown> {
    const { cols, names } = this.ready('save()');
    return names === undefined ? { cols } : { cols, names };
  }

  /** @throws SteepestError `ERR_MODEL_FILE` */
  protected columnsFrom(state: SavedState): FittedColumns {
    const cols = attribute(state, 'cols', isSize);
    const names = attribute(state, 'names', orAbsent(isNames));
    if (names !== undefined && names.length !== cols) {
      throw new SteepestError('ERR_MODEL_FILE', {
        expected: `${cols} column names`,
        given: `${names.length}`,
        hint: 'Save the transformer again.',
      });
    }
    return { cols, names };
  }
}
