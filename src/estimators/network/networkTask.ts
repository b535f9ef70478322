/** What a network learns by its loss: classes or values. What its ends demand of X and y. */
import { SteepestError } from '../../core/errors.js';
import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { type ResolvedModel, resolveModel } from '../../networks/compile/model.js';
import { outputsFor } from '../../networks/compile/outputKind.js';
import { Classes } from '../../networks/models/classify.js';
import { type Compiled, resolveCompile } from '../../networks/models/compileOptions.js';
import type { Sequential } from '../../networks/models/sequential.js';
import type { Features } from '../base/features.js';
import type { EncodedLabels, Label } from '../base/labels.js';
import type { Targets } from '../base/targets.js';

/** A network's description, resolved. */
export interface NetworkTask {
  model: ResolvedModel;
  compiled: Compiled;
}

/** What of a network is written in a graph. */
export const writtenNetwork = (network: Sequential) => ({
  model: resolveModel(network.config),
  weights: network.trainingState().parameters,
});

export function taskOf(network: Sequential): NetworkTask {
  const model = resolveModel(network.config);
  return { model, compiled: resolveCompile(model, network.compileConfig!) };
}

/** Why the loss is none of one class per row; undefined if it is. */
function whyNoClasses({ model, compiled }: NetworkTask): string | undefined {
  const { definition } = compiled.objective.loss;
  if (outputsFor(definition) === undefined) return `'${definition.name}', a loss of values`;
  const isMultiLabel = definition.fuses === 'sigmoid' && model.outputCols > 1;
  return isMultiLabel ? `'${definition.name}' of ${model.outputCols} outputs, each on its own` : undefined;
}

/**
 * True for a loss of one class per row. Binary cross-entropy of several outputs is not: its targets
 * are a table of flags.
 */
export const learnsClasses = (network: Sequential): boolean => whyNoClasses(taskOf(network)) === undefined;

/** @throws SteepestError `ERR_ARGUMENT` */
export function checkClassLoss(task: NetworkTask): void {
  const given = whyNoClasses(task);
  if (given === undefined) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'a network with a loss of classes for NetworkClassifier',
    given,
    hint: "Compile it with loss: 'sparseCategoricalCrossentropy', or use NetworkRegressor.",
  });
}

/** @throws SteepestError `ERR_ARGUMENT` */
export function checkValueLoss({ compiled }: NetworkTask): void {
  const { definition } = compiled.objective.loss;
  if (definition.targets === 'matrix') return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'a network with a loss of values for NetworkRegressor',
    given: `'${definition.name}', a loss of classes`,
    hint: "Compile it with loss: 'meanSquaredError', or use NetworkClassifier.",
  });
}

/** @throws SteepestError `ERR_SHAPE` unless X has a column for each input */
export function checkInputs({ model }: NetworkTask, { cols, names }: Features): void {
  if (cols === model.inputCols) return;
  const columns = `${cols} column${cols === 1 ? '' : 's'}`;
  throw new SteepestError('ERR_SHAPE', {
    expected: `X with ${model.inputCols} columns, for the network's inputShape [${model.inputShape.join(', ')}]`,
    given: names === undefined ? columns : `${columns}: ${show(names).slice(1, -1)}`,
    hint: `Give its first layer inputShape: [${cols}]. Encoders and transformers change the number.`,
  });
}

/** @throws SteepestError `ERR_SHAPE` or `ERR_LABEL_RANGE` unless each class has its output */
export function checkClasses({ model }: NetworkTask, classes: readonly Label[]): void {
  const { outputCols } = model;
  const count = outputCols === 1 ? 2 : outputCols;
  if (classes.length !== count) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `y with ${count} classes, for the network's ${outputCols === 1 ? 'one output' : `${count} outputs`}`,
      given: `${classes.length}: ${show(classes).slice(1, -1)}`,
      hint:
        classes.length === 2
          ? "Give its last layer units: 2, or units: 1 and loss: 'binaryCrossentropy'."
          : `Give its last layer units: ${classes.length}, and use 'sparseCategoricalCrossentropy'.`,
    });
  }
  const { classes: names } = model;
  if (names === undefined || names.every((name, i) => name === classes[i])) return;
  throw new SteepestError('ERR_LABEL_RANGE', {
    expected: `y with the classes of the network, ${show(names)}, in sorted order`,
    given: show(classes),
    hint: 'Leave classes out of sequential: the estimator knows them.',
  });
}

/** @throws SteepestError `ERR_SHAPE` unless y has a column for each output */
export function checkTargets({ model }: NetworkTask, { cols }: Targets): void {
  if (cols === model.outputCols) return;
  throw new SteepestError('ERR_SHAPE', {
    expected: `y with ${model.outputCols} numbers per row, for the network's outputs`,
    given: `${cols}`,
    hint: `Give its last layer units: ${cols}.`,
  });
}

/** Classes as the loss wants them: numbers, one flag, or a column for each. */
export function classTargets(
  { model, compiled }: NetworkTask,
  { codes }: EncodedLabels,
): Int32Array | NdArray {
  const { outputCols: cols } = model;
  const rows = codes.length;
  if (compiled.objective.loss.definition.targets === 'labels') return codes;
  if (cols === 1) return { data: Float32Array.from(codes), shape: [rows, 1] };
  const data = new Float32Array(rows * cols);
  codes.forEach((code, row) => {
    data[row * cols + code] = 1;
  });
  return { data, shape: [rows, cols] };
}

/** What turns outputs into numbers of classes: the estimator has the labels. */
export const classesOf = (method: string, { model, compiled }: NetworkTask): Classes =>
  new Classes(method, { ...model, classes: undefined }, compiled);
