import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import type { SavedState } from '../base/saved.js';
import { arrayOf, type Dump, dumpError } from './dump.js';
import type { SklearnClass } from './sklearnClass.js';

/** Kernel [in, out] and bias [out] of each layer, as float32 is computed here. */
function network(dump: Dump, units: number, more: object): SavedState {
  const arrays = (name: string): NdArray[] =>
    dump.list(name).map((layer) => {
      const array = arrayOf(layer);
      if (array === undefined) throw dumpError(`${name} of ${dump.class} to be arrays`, show(layer));
      return array;
    });
  const [kernels, biases] = [arrays('coefs_'), arrays('intercepts_')];
  const tensors = kernels.flatMap((kernel, i) => [
    [`weight.${2 * i}`, kernel] as const,
    [`weight.${2 * i + 1}`, biases[i]!] as const,
  ]);
  const curve = arrayOf(dump.maybe('loss_curve_') ?? []);
  return {
    tensors: Object.fromEntries(tensors),
    attributes: {
      cols: dump.cols,
      names: dump.names ?? null,
      units,
      shape: {
        hiddenLayerSizes: biases.slice(0, -1).map(({ data }) => data.length),
        activation: dump.param('activation'),
        solver: dump.param('solver'),
      },
      counters: [0, dump.count('n_iter_')],
      lossCurve: Array.from(curve?.data ?? []),
      validationScores: null,
      ...more,
    },
  };
}

/** Outputs of the last layer. */
const outputs = (dump: Dump): number => arrayOf(dump.list('intercepts_').at(-1))?.data.length ?? 0;

/** Perceptrons. */
export const PERCEPTRONS: Readonly<Record<string, SklearnClass>> = {
  MLPClassifier: {
    decisive: ['activation'],
    state(dump) {
      const classes = dump.labels('classes_');
      const units = outputs(dump);
      if (units !== (classes.length === 2 ? 1 : classes.length)) {
        throw dumpError(
          `one class per row in ${dump.class}`,
          `${units} outputs for ${classes.length} classes`,
        );
      }
      return network(dump, units, { classes });
    },
  },
  MLPRegressor: {
    decisive: ['activation'],
    // Of one output nothing tells whether y was a column or a list: most are lists.
    state: (dump) => network(dump, outputs(dump), { isVector: outputs(dump) === 1 }),
  },
};
