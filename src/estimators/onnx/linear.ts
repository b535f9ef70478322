import type { Graph } from './graph.js';

/** A linear map: one row of coefficients per output. */
export interface LinearMap {
  /** outputs × columns. */
  coef: Float64Array;
  /** One per output. */
  intercept: Float64Array;
}

/** x·coefᵀ + intercept: [N, outputs]. */
export function writeLinear(graph: Graph, x: string, { coef, intercept }: LinearMap): string {
  const outputs = intercept.length;
  const cols = coef.length / outputs;
  const transposed = new Float64Array(coef.length);
  for (let k = 0; k < outputs; k++) {
    for (let j = 0; j < cols; j++) transposed[j * outputs + k] = coef[k * cols + j]!;
  }
  const product = graph.op('MatMul', [x, graph.numbers('coef', transposed, [cols, outputs])], 'product');
  return graph.op('Add', [product, graph.numbers('intercept', intercept)], 'linear');
}
