import { SteepestError } from '../../core/errors.js';
import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { BaseEstimator } from '../base/estimator.js';
import { encodeLabels, isLabelList, type Label, type LabelInput } from '../base/labels.js';
import type { ParamSpecs } from '../base/params.js';
import { attribute, type SavedState } from '../base/saved.js';
import { writeClassNumbers } from '../onnx/classes.js';
import type { Graph } from '../onnx/graph.js';
import type { OnnxColumns, OnnxTable } from '../onnx/table.js';

const SPECS: ParamSpecs<object> = {};

/**
 * Encodes classes (strings, numbers or booleans) as 0 … k − 1, in sorted order. For targets; for
 * columns of X use `OneHotEncoder`.
 * @example
 * ```ts
 * import { LabelEncoder } from 'steepest';
 * const encoder = await new LabelEncoder().fit(['cat', 'emu', 'cat', 'dog']);
 * console.log(encoder.classes); // [ 'cat', 'dog', 'emu' ]
 * console.log(await encoder.transform(['dog', 'cat']), await encoder.inverseTransform([2]));
 * // Int32Array(2) [ 1, 0 ] [ 'emu' ]
 * ```
 */
export class LabelEncoder extends BaseEstimator<object> {
  private known: readonly Label[] | undefined;

  constructor(params: object = {}) {
    super('LabelEncoder', SPECS, params);
  }

  /**
   * @throws SteepestError `ERR_EMPTY`, `ERR_SHAPE`,
   * `ERR_ARGUMENT` for mixed types, `ERR_NOT_FINITE`
   */
  async fit(y: LabelInput): Promise<this> {
    this.known = encodeLabels('y', y).classes;
    return this;
  }

  /**
   * The number of each class: [rows].
   * @throws SteepestError `ERR_NOT_FITTED`; `ERR_LABEL_RANGE` for a class that the fit did not
   *   have, with its row
   */
  async transform(y: LabelInput): Promise<Int32Array> {
    return encodeLabels('y', y, this.learned('transform()')).codes;
  }

  /** `fit`, then `transform`. */
  async fitTransform(y: LabelInput): Promise<Int32Array> {
    const { classes, codes } = encodeLabels('y', y);
    this.known = classes;
    return codes;
  }

  /** The class of each number. @throws SteepestError `ERR_NOT_FITTED`, `ERR_LABEL_RANGE` */
  async inverseTransform(codes: ArrayLike<number> | NdArray): Promise<Label[]> {
    const known = this.learned('inverseTransform()');
    const list: unknown =
      typeof codes === 'object' && codes !== null && 'shape' in codes ? codes.data : codes;
    if (!Array.isArray(list) && !(ArrayBuffer.isView(list) && 'length' in list)) {
      throw new SteepestError('ERR_SHAPE', {
        expected: 'a list of whole numbers, one per row',
        given: show(list),
        hint: 'Pass what transform returned.',
      });
    }
    return Array.from(list as ArrayLike<unknown>, (code, row) => {
      if (Number.isInteger(code) && (code as number) in known) return known[code as number]!;
      throw new SteepestError('ERR_LABEL_RANGE', {
        expected: `whole numbers from 0 to ${known.length - 1}, one per class`,
        given: `${show(code)} at row ${row}`,
        hint: 'Pass what transform returned.',
      });
    });
  }

  /** The classes, sorted: number i stands for classes[i]. */
  get classes(): readonly Label[] {
    return [...this.learned('classes')];
  }

  override onnxColumns(): OnnxColumns {
    const isText = typeof this.learned('toOnnx()')[0] === 'string';
    return { names: ['y'], types: [isText ? 'text' : 'number'] };
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    return writeClassNumbers(graph, table, this.learned('toOnnx()'));
  }

  private learned(what: string): readonly Label[] {
    if (this.known === undefined) throw this.notFitted(what);
    return this.known;
  }

  protected fittedState(): SavedState | undefined {
    return this.known === undefined ? undefined : { tensors: {}, attributes: { classes: this.known } };
  }

  protected restoreState(state: SavedState): void {
    this.known = attribute(state, 'classes', isLabelList);
  }
}
