import type { TableInput, TableOutput } from '../base/columns.js';
import { type Manner, type RowInput, rowsOf, type Work, workAtOnce, workInSlices } from '../base/work.js';
import { BaseTransformer } from './baseTransformer.js';

/** Transformers that recover their input. */
export abstract class InvertibleTransformer<
  P extends object,
  Out extends TableOutput = TableOutput,
  Back extends TableOutput = Out,
> extends BaseTransformer<P, Out> {
  /** The work of {@link inverseTransform} and {@link inverseTransformSync}. */
  protected abstract inverting(x: TableInput, manner: Manner): Work<Back>;

  /**
   * The input, from what `transform` returned. x is not modified.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; what the class says of its inverse
   */
  async inverseTransform(x: TableInput): Promise<Back> {
    return workInSlices(this.inverting(x, ''));
  }

  /** {@link inverseTransform} at once, for one row or a few. Same bits. */
  inverseTransformSync(x: TableInput | RowInput): Back {
    return workAtOnce(this.inverting(rowsOf(x), 'Sync'));
  }
}
