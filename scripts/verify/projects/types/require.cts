// The CommonJS form of import, in a module that is CommonJS in any project.
import kernels = require('steepest/kernels');
import steepest = require('steepest');

export async function train(): Promise<Float32Array> {
  const { layers, sequential } = steepest;
  const model: steepest.Sequential = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ loss: 'meanSquaredError' });
  const { history } = await model.fit([[0], [1]], [0, 1]);
  const product: Float32Array = new Float32Array(history.loss);
  return kernels.sgemm({ m: 1, n: 1, k: 1, a: product, b: product, c: product });
}
