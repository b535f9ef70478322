// @jax-js/jax: training steps, epochs of MNIST and matrix products, as WebAssembly, a whole step in
// one jit. Arrays are counted: `.ref` keeps one that is used again.
import { blockUntilReady, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { mnistOrRandom } from '../lib/data.mjs';

const BATCHES = 64;
const [RATE, BETA1, BETA2, EPSILON] = [1e-3, 0.9, 0.999, 1e-7];
const LONGEST_BLOCK_MS = 100;

const devices = init('wasm');
const ready = new Map();

const random = (length, bound) => Float32Array.from({ length }, () => (2 * Math.random() - 1) * bound);
const matrix = (data, shape) => np.array(data).reshape(shape);
const kept = (layers) => layers.map(({ w, b }) => ({ w: w.ref, b: b.ref }));
/** A function of arrays over the weights and biases of lists of layers. */
const each = (f, first, ...others) =>
  first.map(({ w, b }, i) => ({
    w: f(w, ...others.map((list) => list[i].w)),
    b: f(b, ...others.map((list) => list[i].b)),
  }));

function network(sizes) {
  return sizes.slice(1).map((outputs, i) => ({
    w: matrix(random(sizes[i] * outputs, Math.sqrt(6 / (sizes[i] + outputs))), [sizes[i], outputs]),
    b: np.zeros([outputs]),
  }));
}

function scores(layers, x) {
  return layers.reduce((h, { w, b }, i) => {
    const z = np.matmul(h, w).add(b);
    return i < layers.length - 1 ? nn.relu(z) : z;
  }, x);
}

function loss(layers, x, y) {
  const rows = x.shape[0];
  return nn
    .logSoftmax(scores(layers, x))
    .mul(y)
    .sum()
    .mul(-1 / rows);
}

const sgd = {
  state: (parameters) => ({ parameters }),
  update: ({ parameters }, gradients) => ({
    parameters: each((p, g) => p.sub(g.mul(RATE)), parameters, gradients),
  }),
};
const adam = {
  state: (parameters) => {
    const zeros = () => each((p) => np.zeros(p.shape), parameters);
    return { parameters, m: zeros(), v: zeros(), powers: np.array([1, 1]) };
  },
  update: ({ parameters, m, v, powers }, gradients) => {
    const next = powers.mul(np.array([BETA1, BETA2]));
    const [first, second] = [next.ref.slice(0), next.ref.slice(1)];
    const rate = np.sqrt(np.array(1).sub(second)).div(np.array(1).sub(first)).mul(RATE);
    const mean = each((a, g) => a.mul(BETA1).add(g.ref.mul(1 - BETA1)), m, gradients);
    const square = each((a, g) => a.mul(BETA2).add(np.square(g).mul(1 - BETA2)), v, gradients);
    const updated = each(
      (p, a, s) => p.sub(rate.ref.mul(a.ref).div(np.sqrt(s.ref).add(EPSILON))),
      parameters,
      mean,
      square,
    );
    rate.dispose();
    return { parameters: updated, m: mean, v: square, powers: next };
  },
};
const OPTIMIZERS = { sgd, adam };

function trainer(optimizer) {
  const { update } = OPTIMIZERS[optimizer];
  return jit((state, x, y) => {
    const [value, gradients] = valueAndGrad(loss)(kept(state.parameters), x, y);
    return [value, update(state, gradients)];
  });
}

/** Runs steps one after the other; the last loss has been computed when it resolves. */
async function train(step, state, batches, count, from = 0) {
  let value;
  for (let i = from; i < from + count; i++) {
    const [x, y] = batches[i % batches.length];
    value?.dispose();
    [value, state] = step(state, x.ref, y.ref);
  }
  value.dispose();
  await blockUntilReady(state);
  return state;
}

const oneHot = (labels) => nn.oneHot(np.array(Int32Array.from(labels), { dtype: np.int32 }), 10);

/** Mini-batches of random numbers, drawn before: the library gets them whole, which favours it. */
function randomBatches(sizes, batch) {
  return Array.from({ length: BATCHES }, () => {
    const labels = Array.from({ length: batch }, () => Math.floor(Math.random() * sizes.at(-1)));
    const classes = np.array(Int32Array.from(labels), { dtype: np.int32 });
    return [matrix(random(batch * sizes[0], 1), [batch, sizes[0]]), nn.oneHot(classes, sizes.at(-1))];
  });
}

export async function steps({ name, sizes, batch, optimizer }) {
  await devices;
  if (!ready.has(name)) {
    const step = trainer(optimizer);
    const batches = randomBatches(sizes, batch);
    const state = await train(step, OPTIMIZERS[optimizer].state(network(sizes)), batches, 3);
    ready.set(name, { step, batches, state });
  }
  const entry = ready.get(name);
  let best = Number.POSITIVE_INFINITY;
  for (let block = 0; block < 2; block++) {
    const start = performance.now();
    let done = 0;
    for (; done === 0 || performance.now() - start < LONGEST_BLOCK_MS; done += 4)
      entry.state = await train(entry.step, entry.state, entry.batches, 4, done);
    best = Math.min(best, (performance.now() - start) / done / 1e3);
  }
  return { seconds: best };
}

/**
 * One epoch over the first `rows`, whole mini-batches only, and its accuracy on the test images.
 */
export async function epoch({ folder, rows, batch }) {
  await devices;
  const { train: images, test } = await mnistOrRandom(folder);
  const pixels = ({ x }, from, to) =>
    Float32Array.from(x.data.subarray(from * 784, to * 784), (v) => v / 255);
  const batches = Array.from({ length: Math.floor(rows / batch) }, (_, i) => {
    const [from, to] = [i * batch, (i + 1) * batch];
    return [matrix(pixels(images, from, to), [batch, 784]), oneHot(images.y.data.subarray(from, to))];
  });
  const step = trainer('adam');
  const fresh = () => adam.state(network([784, 128, 10]));
  await train(step, fresh(), batches, 2);
  const start = performance.now();
  const { parameters } = await train(step, fresh(), batches, batches.length);
  const secondsPerEpoch = (performance.now() - start) / 1e3;
  const total = test.y.data.length;
  const found = np.argmax(scores(parameters, matrix(pixels(test, 0, total), [total, 784])), 1);
  const classes = await found.data();
  const right = classes.reduce((sum, c, i) => sum + (c === test.y.data[i] ? 1 : 0), 0);
  return { secondsPerEpoch, rows: batches.length * batch, accuracy: right / total };
}

export async function gemm({ m, n, k, transA, transB, repeats, blocks }) {
  await devices;
  const stored = (rows, cols, turned) => {
    const given = matrix(random(rows * cols, 1), turned ? [cols, rows] : [rows, cols]);
    return turned ? np.transpose(given) : given;
  };
  const [a, b] = [stored(m, k, transA), stored(k, n, transB)];
  const product = jit((x, y) => np.matmul(x, y));
  const once = async () => (await product(a.ref, b.ref).blockUntilReady()).dispose();
  await once();
  let best = Number.POSITIVE_INFINITY;
  for (let block = 0; block < blocks; block++) {
    const start = performance.now();
    for (let r = 0; r < repeats; r++) await once();
    best = Math.min(best, (performance.now() - start) / repeats / 1e3);
  }
  a.dispose();
  b.dispose();
  return { seconds: best };
}
