// Logistic regression by a loop, by matrix products and by the estimator.
//   npx steepest example logistic-regression [--rows 100000] [--columns 20] [--steps 100]
// The loop and the products compute cost and gradient for gradient descent; the estimator finds the
// maximum of the likelihood with L-BFGS.
// The formulas are in docs/math.md, "Logistic regression".
// Matrix products are faster with the native kernels only: Node.js compiles the loop as well as it
// compiles the TypeScript ones, and the loop reads X once where the products read it three times.
import { backend, data, LogisticRegression, StandardScaler, shutdown } from 'steepest';
import { denseForward, sgemm } from 'steepest/kernels';
import { readOptions } from './lib/options.mjs';
import { table } from './lib/table.mjs';

const { options } = readOptions(import.meta.url, { rows: 'count', columns: 'count', steps: 'count' });
const { rows: m = 100_000, columns = 20, steps = 100 } = options;
const LEARNING_RATE = 3;

// Two classes that overlap, in columns of mean 0 and variance 1.
const made = data.makeClassification({
  nSamples: m,
  nFeatures: columns,
  nInformative: 4,
  nRedundant: 0,
  flipY: 0.05,
  seed: 3,
});
const scaled = await new StandardScaler().fitTransform(made.x);
const y = Float32Array.from(made.y.data);

// X has a first column of ones, so that w[0] is the intercept.
const n = columns + 1;
const X = new Float32Array(m * n);
for (let i = 0; i < m; i++) {
  X[i * n] = 1;
  X.set(scaled.data.subarray(i * columns, (i + 1) * columns), i * n + 1);
}

/**
 * J(w) = −1/m Σ [y ln h + (1 − y) ln(1 − h)], h = σ(x·w),
 * and ∂J/∂w = 1/m Σ (h − y) x, sample by sample.
 */
function loop(w) {
  let cost = 0;
  const gradient = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    let z = 0;
    for (let j = 0; j < n; j++) z += w[j] * X[i * n + j];
    const h = 1 / (1 + Math.exp(-z));
    cost -= y[i] * Math.log(h) + (1 - y[i]) * Math.log(1 - h);
    for (let j = 0; j < n; j++) gradient[j] += (h - y[i]) * X[i * n + j];
  }
  return { cost: cost / m, gradient: gradient.map((g) => g / m) };
}

// Xᵀy does not change from step to step.
const Xy = new Float64Array(n);
for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) Xy[j] += y[i] * X[i * n + j];

/**
 * The same for all samples at once: h = σ(X w), ∂J/∂w = 1/m
 * Xᵀ(h − y), J = 1/m [Σ ln(1 + eᶻ) − (Xᵀy)·w].
 */
function vectorised(w) {
  const layer = { rows: m, inputs: n, units: 1, x: X, w: Float32Array.from(w) };
  const error = denseForward({ ...layer, activation: 'sigmoid' });
  for (let i = 0; i < m; i++) error[i] -= y[i];
  const sums = sgemm({ m: 1, n, k: m, a: error, b: X, c: new Float32Array(n) });
  let cost = 0;
  for (const softplus of denseForward({ ...layer, activation: 'softplus' })) cost += softplus;
  for (let j = 0; j < n; j++) cost -= Xy[j] * w[j];
  return { cost: cost / m, gradient: Float64Array.from(sums, (sum) => sum / m) };
}

/** Gradient descent from w = 0. */
function descend(costAndGradient) {
  const w = new Float64Array(n);
  const costs = [];
  const start = performance.now();
  for (let step = 0; step < steps; step++) {
    const { cost, gradient } = costAndGradient(w);
    costs.push(cost);
    for (let j = 0; j < n; j++) w[j] -= LEARNING_RATE * gradient[j];
  }
  return { w, costs, ms: performance.now() - start };
}

const furthest = (a, b) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

const { kind, isa } = backend();
console.log(
  `${m.toLocaleString('en')} samples, ${columns} columns and an intercept; kernels: ${kind} (${isa})\n`,
);

const somewhere = Float64Array.from({ length: n }, (_, j) => Math.sin(j + 1) / 4);
const [a, b] = [loop(somewhere), vectorised(somewhere)];
const shown = Math.min(n, 4);
console.log('One point w, cost and gradient by both:\n');
console.log(
  table(
    ['', 'loop', 'vectorised', 'difference'],
    [
      ['J', a.cost.toFixed(8), b.cost.toFixed(8), (b.cost - a.cost).toExponential(1)],
      ...Array.from({ length: shown }, (_, j) => [
        `∂J/∂w[${j}]`,
        a.gradient[j].toFixed(8),
        b.gradient[j].toFixed(8),
        (b.gradient[j] - a.gradient[j]).toExponential(1),
      ]),
    ],
  ),
);
console.log(
  `largest difference of cost and gradient: ${Math.max(Math.abs(a.cost - b.cost), furthest(a.gradient, b.gradient)).toExponential(1)}`,
);
console.log('The loop adds in float64 and the kernels in float32, which has 7 digits.\n');

const byLoop = descend(loop);
const byMatrices = descend(vectorised);
console.log(`Gradient descent, ${steps} steps from w = 0, learning rate ${LEARNING_RATE}:\n`);
const checkpoints = [0, 1, 10, 100, 1000].filter((step) => step < steps - 1).concat(steps - 1);
console.log(
  table(
    ['step', 'J, loop', 'J, vectorised'],
    checkpoints.map((step) => [
      String(step),
      byLoop.costs[step].toFixed(6),
      byMatrices.costs[step].toFixed(6),
    ]),
  ),
);
console.log(`largest difference of the coefficients: ${furthest(byLoop.w, byMatrices.w).toExponential(1)}`);
console.log(`loop         ${byLoop.ms.toFixed(1).padStart(8)} ms`);
console.log(
  `vectorised   ${byMatrices.ms.toFixed(1).padStart(8)} ms; the loop takes ${(byLoop.ms / byMatrices.ms).toFixed(1)} times as long\n`,
);

const model = new LogisticRegression({ penalty: 'none', tol: 1e-9, maxIter: 1000 });
// Threads start with the first fit: not part of anybody's time.
await model.fit(scaled, made.y);
const start = performance.now();
await model.fit(scaled, made.y);
const ms = performance.now() - start;
const found = Float64Array.of(model.intercept[0], ...model.coef.data);
const byWeight = [...found.keys()].slice(1).sort((j, k) => Math.abs(found[k]) - Math.abs(found[j]));
console.log(
  `LogisticRegression, maximum likelihood by L-BFGS: ${model.nIter} iterations, ${ms.toFixed(1)} ms\n`,
);
console.log(
  table(
    ['', 'descent', 'L-BFGS', 'difference'],
    [0, ...byWeight.slice(0, 4)].map((j) => [
      j === 0 ? 'intercept' : `w[${j}]`,
      byMatrices.w[j].toFixed(6),
      found[j].toFixed(6),
      (byMatrices.w[j] - found[j]).toExponential(1),
    ]),
  ),
);
console.log(`largest difference of the coefficients: ${furthest(byMatrices.w, found).toExponential(1)}`);
console.log(`J ${loop(byMatrices.w).cost.toFixed(8)} by descent, ${loop(found).cost.toFixed(8)} by L-BFGS`);
console.log(`accuracy ${((await model.score(scaled, made.y)) * 100).toFixed(2)} %`);
await shutdown();
