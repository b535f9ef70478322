import { afterUpdateOps } from './afterUpdate.js';
import { convolutionOps } from './convolution.js';
import { elementwiseOps } from './elementwise.js';
import { gemmOps } from './gemm.js';
import { gradientOps } from './gradients.js';
import { imageOps } from './images.js';
import { leastSquaresOps } from './leastSquares.js';
import { linearOps } from './linear.js';
import { lossOps } from './losses.js';
import { metricOps } from './metrics.js';
import { batchNormOps, layerNormOps } from './normalisation.js';
import { poolingOps } from './pooling.js';
import { rowOps } from './rows.js';
import type { OpSchema } from './schema.js';
import { updateOps } from './updates.js';
import { winogradOps } from './winograd.js';

/**
 * All op kinds, one file per family. The order of kinds, operands and scalars defines the binary
 * encoding. Only a program and an add-on of the same build share it.
 *
 * B = batch capacity, C = columns, R = rows register.
 * `scale1 = fl(1/R)` and `scaleC = fl(1/(R·C))`, `scale2C = fl(2/(R·C))`, the quotient taken in
 * float64 and then rounded once.
 *
 * The functions exp, log, log1p, erf, tanh, sigmoid and softplus are the project's own polynomials,
 * defined step by step in `native/kernels/math.inl` and mirrored in
 * `src/kernels/typescript/exact/math.ts`.
 *
 * Activations f(x) and their derivatives applied to an incoming gradient g, from s (s = output y,
 * but the pre-activation z for gelu, softplus, silu, hardSwish and mish):
 * | name | f | g ⊙ f′ |
 * |---|---|---|
 * | linear | x | g |
 * | relu | x < 0 ? 0 : x (NaN stays NaN, −0 stays −0) | s > 0 ? g : 0 |
 * | leakyRelu | x < 0 ? alpha·x : x | s > 0 ? g : alpha·g |
 * | elu | x < 0 ? alpha·expm1(x) : x | s > 0 ? g : g·(s + alpha) |
 * | gelu | x·Φ(x), Φ(x) = 0.5·(1 + erf(x·fl(1/√2))) | flush(g·fma(x, φ(x), Φ(x))), φ(x) = fl(1/√(2π))·exp((−0.5·x)·x) |
 * | sigmoid | σ(x) | flush(g·(s·(1 − s))) |
 * | tanh | tanh(x) | g·fma(−s, s, 1) |
 * | softplus | max(x,0) + log1p(exp(−|x|)) | flush(g·σ(s)) |
 * | silu | x·σ(x) | flush(g·(σ(s)·fma(s, σ(−s), 1))) |
 * | selu | x < 0 ? λα·expm1(x) : λ·x, λα and λ rounded once | s > 0 ? λ·g : g·(s + λα) |
 * | relu6 | x < 0 ? 0 : (x > 6 ? 6 : x) | s > 0 and s < 6 ? g : 0 |
 * | hardSigmoid | relu6(x + 3)·fl(1/6) | s > 0 and s < 1 ? g·fl(1/6) : 0 |
 * | hardSwish | x·hardSigmoid(x) | g·d, d = s ≤ −3 ? 0 : (s ≥ 3 ? 1 : fma(s, fl(1/3), 0.5)) |
 * | mish | x·(n/(n + 2)), n = e·(e + 2), e = exp(min(x, 20)) | flush(g·fma(c, ((4·e)/(n + 2))·((e + 1)/(n + 2)), n/(n + 2))), c = min(s, 20) |
 * | softsign | x/(1 + |x|) | g·((1 − |s|)·(1 − |s|)) |
 * | exponential | exp(x) | flush(g·s) |
 * | celu | x < 0 ? alpha·expm1(x/alpha) : x | s > 0 ? g : g·(s/alpha + 1) |
 * (σ(s) and σ(−s) of silu come from one exp(−|s|). mish is x·tanh(softplus(x)) in other words.)
 * flush writes +0 for a product below 2^−95, as gradients of losses are flushed (ops/losses.ts).
 * These derivatives shrink with an exponential: those of saturated units are anywhere between 1 and
 * the denormal numbers. Outputs keep all their values, because a probability of 1e−40 is one.
 * alpha ≥ 0, of celu > 0, so that no output of a negative x is positive.
 * relu, leakyRelu, elu, selu and celu test s > 0: f(x) of a negative x may round to −0, and f(x) of a positive
 * x is x. At x = ±0 the derivative is therefore the left-hand one, as in PyTorch.
 */
export const OPS = {
  ...rowOps,
  ...gemmOps,
  ...elementwiseOps,
  ...lossOps,
  ...metricOps,
  ...gradientOps,
  ...updateOps,
  ...afterUpdateOps,
  ...linearOps,
  ...leastSquaresOps,
  ...imageOps,
  ...convolutionOps,
  ...winogradOps,
  ...poolingOps,
  ...batchNormOps,
  ...layerNormOps,
} satisfies Record<string, () => OpSchema>;

export type OpKind = keyof typeof OPS;
export const schemaOf = (kind: OpKind): OpSchema => OPS[kind]();
export const OP_KINDS = Object.keys(OPS) as OpKind[];

/** Creates a value for an op kind on first use. */
export function oncePerKind<T>(make: (kind: OpKind) => T): (kind: OpKind) => T {
  const made = new Map<OpKind, T>();
  return (kind) => {
    const known = made.get(kind) ?? make(kind);
    made.set(kind, known);
    return known;
  };
}
