// One step of backpropagation with one sample, number by number.
//   npx steepest example backpropagation-step
// A network of 2 inputs, 3 hidden and 2 output units, all sigmoid, goes forward, backward and is
// updated with plain arithmetic.
// The library does the same step at the end, and its numbers stand beside these.
// The formulas are in docs/math.md, "Backpropagation".
import { layers, sequential, shutdown } from 'steepest';
import { readOptions } from './lib/options.mjs';
import { table } from './lib/table.mjs';

readOptions(import.meta.url, {});

// The sample, what the network should say to it, and how far a step goes.
const x = [0.5, -0.2];
const t = [1, 0];
const learningRate = 0.5;

// W[i][j] leads from unit i of the layer below to unit j of
// the layer above; b[j] is that unit's bias.
const W1 = [
  [0.1, -0.4, 0.8],
  [0.3, 0.6, -0.2],
];
const b1 = [0.1, 0, -0.1];
const W2 = [
  [0.7, -0.3],
  [-0.5, 0.2],
  [0.4, 0.9],
];
const b2 = [0.05, -0.05];

const number = (value) => `${value < 0 ? '−' : ' '}${Math.abs(value).toFixed(6)}`;
/** A factor or term inside a formula: short, in brackets if negative. */
const term = (value) => {
  const text = String(Math.round(Math.abs(value) * 1e4) / 1e4);
  return value < 0 ? `(−${text})` : text;
};
const heading = (text) => console.log(`\n${text}\n${'─'.repeat([...text].length)}`);
const say = (name, value, formula) => console.log(`${name.padEnd(9)} = ${number(value)}   ${formula}`);

const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/** a[j] = σ(z[j]) with z[j] = b[j] + Σ inputs[i]·W[i][j], printed. */
function forward(layer, inputs, W, b) {
  const z = b.map((bias, j) => inputs.reduce((sum, input, i) => sum + input * W[i][j], bias));
  const from = layer === 1 ? 'x' : `a${layer - 1}`;
  z.forEach((value, j) => {
    const sum = inputs.map((input, i) => `${term(input)}·${term(W[i][j])}`).join(' + ');
    say(
      `z${layer}[${j}]`,
      value,
      `b${layer}[${j}] + Σᵢ ${from}[i]·W${layer}[i][${j}] = ${term(b[j])} + ${sum}`,
    );
  });
  const a = z.map(sigmoid);
  a.forEach((value, j) => {
    say(`a${layer}[${j}]`, value, `σ(z${layer}[${j}]) = 1 / (1 + e^${term(-z[j])})`);
  });
  return a;
}

/** ∂J/∂W[i][j] = inputs[i]·δ[j] and ∂J/∂b[j] = δ[j], printed. */
function gradients(layer, inputs, delta) {
  const from = layer === 1 ? 'x' : `a${layer - 1}`;
  const kernel = inputs.map((input, i) =>
    delta.map((d, j) => {
      say(`∂W${layer}[${i}][${j}]`, input * d, `${from}[${i}]·δ${layer}[${j}] = ${term(input)}·${term(d)}`);
      return input * d;
    }),
  );
  delta.forEach((d, j) => {
    say(`∂b${layer}[${j}]`, d, `δ${layer}[${j}]`);
  });
  return { kernel, bias: delta };
}

heading('Forward, hidden layer');
const a1 = forward(1, x, W1, b1);
heading('Forward, output layer');
const a2 = forward(2, a1, W2, b2);

heading('Cost');
const cost = t.reduce((sum, target, k) => sum + (a2[k] - target) ** 2 / t.length, 0);
say('J', cost, `1/(m·K) Σₖ (a2[k] − t[k])², m = 1 sample, K = ${t.length} outputs: the mean squared error`);

heading('Backward: error terms δ = ∂J/∂z');
const delta2 = a2.map((a, k) => (2 / t.length) * (a - t[k]) * a * (1 - a));
delta2.forEach((d, k) => {
  const a = term(a2[k]);
  say(`δ2[${k}]`, d, `2/K·(a2[${k}] − t[${k}])·σ′(z2[${k}]) = (${a} − ${t[k]})·${a}·(1 − ${a})`);
});
const delta1 = a1.map((a, j) => W2[j].reduce((sum, w, k) => sum + w * delta2[k], 0) * a * (1 - a));
delta1.forEach((d, j) => {
  const sum = W2[j].map((w, k) => `${term(w)}·${term(delta2[k])}`).join(' + ');
  const a = term(a1[j]);
  say(`δ1[${j}]`, d, `Σₖ W2[${j}][k]·δ2[k]·σ′(z1[${j}]) = (${sum})·${a}·(1 − ${a})`);
});

heading('Gradients of the output layer');
const g2 = gradients(2, a1, delta2);
heading('Gradients of the hidden layer');
const g1 = gradients(1, x, delta1);

// ── The library
// ─────────────────────────────────────────────────────────────────────────────────────────────────
const model = sequential({
  layers: [
    layers.dense({ units: 3, activation: 'sigmoid', inputShape: [2] }),
    layers.dense({ units: 2, activation: 'sigmoid' }),
  ],
});
model.compile({ optimizer: { name: 'sgd', learningRate }, loss: 'meanSquaredError' });
model.setWeights([
  { data: Float32Array.from(W1.flat()), shape: [2, 3] },
  { data: Float32Array.from(b1), shape: [3] },
  { data: Float32Array.from(W2.flat()), shape: [3, 2] },
  { data: Float32Array.from(b2), shape: [2] },
]);
const { loss } = await model.evaluate([x], [t]);
const modelGradients = await model.gradients([x], [t]);
await model.fit([x], [t], { epochs: 1, batchSize: 1 });
const modelWeights = model.getWeights();
const after = await model.evaluate([x], [t]);

heading(`Update w ← w − η·∂J/∂w, η = ${learningRate}, beside model.gradients and one model.fit step`);
const byHand = [
  ['W1', W1.flat(), g1.kernel.flat(), 3],
  ['b1', b1, g1.bias],
  ['W2', W2.flat(), g2.kernel.flat(), 2],
  ['b2', b2, g2.bias],
];
let furthest = Math.abs(loss - cost);
const rows = byHand.flatMap(([name, weights, gradient, columns], array) =>
  weights.map((w, i) => {
    const updated = w - learningRate * gradient[i];
    const theirs = [modelGradients[array].data[i], modelWeights[array].data[i]];
    furthest = Math.max(furthest, Math.abs(theirs[0] - gradient[i]), Math.abs(theirs[1] - updated));
    const index = columns ? `[${Math.floor(i / columns)}][${i % columns}]` : `[${i}]`;
    return [name + index, ...[w, gradient[i], theirs[0], updated, theirs[1]].map(number)];
  }),
);
console.log(table(['', 'w', '∂J/∂w', 'model.gradients', 'new w', 'model.fit'], rows));
console.log(
  `\nJ by hand ${number(cost)}, model.evaluate ${number(loss)}, after the step ${number(after.loss)}`,
);
console.log(`largest difference between hand and library: ${furthest.toExponential(1)}`);
console.log('The library computes in float32, which has 7 digits.');
await shutdown();
