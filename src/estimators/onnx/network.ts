import type { ResolvedModel } from '../../networks/compile/model.js';
import { channelsLast } from '../../networks/exchange/onnx/flow.js';
import { writeLayers } from '../../networks/exchange/onnx/writeNetwork.js';
import type { Graph } from './graph.js';

/** A network inside an estimator. */
export interface WrittenNetwork {
  model: ResolvedModel;
  /** Its arrays by name. */
  weights: ReadonlyMap<string, Float32Array>;
}

/**
 * What a network predicts: [N, outputs] in float64. It computes in float32, as it does here.
 * @param x rows of float64, [N, inputs]
 */
export function writeNetwork(graph: Graph, x: string, { model, weights }: WrittenNetwork): string {
  const { inputShape, outputCols } = model;
  const rows = graph.cast(x, 'float', 'float32');
  const value = inputShape.length === 1 ? rows : reshape(graph, rows, inputShape, 'samples');
  const flow = { value, shape: inputShape, isChannelsFirst: false };
  const outputs = channelsLast(
    graph.builder,
    writeLayers(graph.builder, { layers: model.layers, weights }, flow),
  );
  const list =
    outputs.shape.length === 1 ? outputs.value : reshape(graph, outputs.value, [outputCols], 'rows');
  return graph.cast(list, 'double', 'float64');
}

const reshape = (graph: Graph, value: string, shape: readonly number[], name: string): string =>
  graph.op('Reshape', [value, graph.integers(`${name}_shape`, [-1, ...shape])], name);
