import type { Features } from '../base/features.js';
import { type Label, outputsOf } from '../base/labels.js';
import type { SavedState } from '../base/saved.js';
import { type LogisticFit, LogisticModel } from './logisticModel.js';

/** A fit of one fold and penalty, for its score alone. */
export class ScoredModel extends LogisticModel<object, LogisticFit> {
  constructor(classes: readonly Label[], { cols }: Features, point: Float64Array) {
    super('LogisticRegression', {}, {});
    const outputs = outputsOf(classes);
    const size = outputs * cols;
    this.fitted = {
      classes,
      columns: { cols, names: undefined },
      coef: point.slice(0, size),
      intercept: point.slice(size, size + outputs),
    };
  }

  override fit(): Promise<this> {
    return Promise.reject(new Error('it is fitted'));
  }

  protected override fittedState(): SavedState | undefined {
    return undefined;
  }

  protected override restoreState(): void {}
}
