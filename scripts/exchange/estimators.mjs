// Estimators and pipelines for the exchange with other programs: every class with its options, each
// fitted to a few rows, with new rows. The functions are given, so that the package itself and its
// modules can be tested.
import { Draws } from './draws.mjs';
import { compositionCases } from './estimatorCases/compositions.mjs';
import { tableTransformerCases } from './estimatorCases/encoders.mjs';
import { pipelineCases } from './estimatorCases/pipelines.mjs';
import { predictorCases } from './estimatorCases/predictors.mjs';
import { transformerCases } from './estimatorCases/transformers.mjs';

/** Labels of targets. */
function* labelCases({ LabelEncoder }, draws) {
  const lists = [
    ['b', 'a', 'ü'],
    [3, -1, 7],
    [true, false],
    [0.5, 2],
  ];
  for (const labels of lists) {
    yield {
      kind: 'LabelEncoder',
      name: `LabelEncoder ${JSON.stringify(labels)}`,
      fitted: () => new LabelEncoder().fit(labels),
      rows: (rows) => Array.from({ length: rows }, () => draws.pick(labels)),
    };
  }
}

/**
 * All cases: { kind, name, isFloat32, fitted(), rows(count) }, and for some options of toOnnx and
 * `refused(count)`. `fitted` gives the estimator, `rows` new data, and `refused` data that it
 * refuses, as the graph does. With `isFloat32` it computes in float32.
 * @param steepest the functions of the package
 * @param tables the number of random tables with pipelines
 */
export function* estimatorCases(steepest, tables, seed = 18) {
  const draws = new Draws(seed);
  const groups = [
    transformerCases(steepest, draws),
    predictorCases(steepest, draws),
    tableTransformerCases(steepest, draws),
    compositionCases(steepest, draws),
    labelCases(steepest, draws),
    pipelineCases(steepest, draws, tables),
  ];
  for (const group of groups) {
    for (const one of group) yield { ...one, isFloat32: /MLP|Network|perceptron/.test(one.name) };
  }
}
