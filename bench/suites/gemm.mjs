// Single-precision matrix products on one core: `sgemm` against NumPy (OpenBLAS), PyTorch (MKL) and
// jax-js.
import { sgemm } from 'steepest/kernels';
import { withPeak } from '../lib/roofline.mjs';
import { rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Matrix products, float32, one core';
export const about =
  'Row-major matrices, result into memory that is there already; the shortest of several blocks per round. ' +
  '“AVX-512” is the same library with its AVX-512 path forced, shown where it makes a difference.';

/** m, n, k, aᵀ, bᵀ, and whether the README shows it. */
const SHAPES = [
  { m: 512, n: 512, k: 512, headline: true },
  { m: 1024, n: 1024, k: 1024 },
  { m: 2048, n: 2048, k: 2048, long: true },
  { m: 128, n: 128, k: 784, headline: true },
  { m: 784, n: 128, k: 128, transA: true },
  { m: 128, n: 784, k: 128, transB: true },
  { m: 32, n: 128, k: 784 },
  { m: 128, n: 256, k: 256 },
  { m: 128, n: 10, k: 128 },
];
const FLOPS_PER_BLOCK = 3e8;

function ours({ m, n, k, transA, transB, repeats, blocks }) {
  const random = (length) => Float32Array.from({ length }, (_, i) => Math.sin(i));
  const options = { m, n, k, transA, transB, a: random(m * k), b: random(k * n), c: new Float32Array(m * n) };
  sgemm(options);
  return () => {
    let best = Number.POSITIVE_INFINITY;
    for (let block = 0; block < blocks; block++) {
      const start = process.hrtime.bigint();
      for (let r = 0; r < repeats; r++) sgemm(options);
      best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9 / repeats);
    }
    return best;
  };
}

export async function run({ quick, rounds, peers }) {
  const variants = peers.variants({ threads: 1 });
  const [jaxjs] = peers.jaxjs();
  const rows = [];
  for (const { m, n, k, transA = false, transB = false, long, headline } of SHAPES) {
    if (quick && long) continue;
    const flops = 2 * m * n * k;
    const repeats = Math.max(1, Math.round(FLOPS_PER_BLOCK / flops));
    const shape = { m, n, k, transA, transB, repeats, blocks: quick ? 3 : long ? 2 : 10 };
    const rate = (seconds) => flops / seconds / 1e9;
    const mine = ours(shape);
    const contenders = { steepest: async () => rate(mine()) };
    const ask = (one, request) => async () => rate((await one.ask({ ...request, ...shape })).seconds);
    for (const [label, library] of [
      ['NumPy', 'numpy'],
      ['PyTorch', 'torch'],
    ])
      for (const { suffix, peer } of variants)
        contenders[label + suffix] = ask(peer, { task: 'gemm', library });
    // A tenth of the speed: one block of few is enough.
    const few = { task: 'jaxjsGemm', repeats: Math.ceil(repeats / 10), blocks: 2 };
    if (!long) contenders[jaxjs.label] = async () => rate((await jaxjs.ask({ ...shape, ...few })).seconds);
    const cores = Object.fromEntries(Object.keys(contenders).map((label) => [label, 1]));
    const [results, limit] = await withPeak({ flops, cores }, () =>
      takeTurns(contenders, { rounds: rounds ?? (quick ? 2 : 5) }),
    );
    const kind = transA ? 'aᵀ·b' : transB ? 'a·bᵀ' : 'a·b';
    const name = `${kind}, ${m} × ${k} by ${k} × ${n}`;
    rows.push(rowOf(results, { name, unit: 'GFLOP/s', better: 'higher', headline, limit }));
  }
  return rows;
}
