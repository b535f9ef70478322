/** Single kernels on one core: matrix products, convolutions, activations. */

import { sgemm } from '../../../kernels/calls/sgemm.js';
import { ACTIVATIONS, PHASES } from '../../../kernels/constants.js';
import type { BoundProgram, KernelSet, Op } from '../../../kernels/contract.js';
import type { Case } from '../turns.js';
import { ACTIVATED, elementwise } from './activations.js';
import { type Convolution, convolutionFlops, convolutions } from './convolutions.js';
import { DENSE_PRODUCTS, denseProducts } from './dense.js';

function timed(work: () => void): (count: number) => number {
  return (count) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) work();
    return (performance.now() - start) / 1e3;
  };
}

const rated = (name: string, flops: number, work: () => void): Case => {
  return { name, unit: 'GFLOP/s', work: flops, flops, cores: 1, run: timed(work) };
};
const bound = (name: string, flops: number, program: BoundProgram): Case =>
  rated(name, flops, () => program.run(PHASES.merge));

const numbers = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i));

function square(side: number): Case {
  const [a, b, c] = [numbers(side * side), numbers(side * side), new Float32Array(side * side)];
  const name = `sgemm, ${side} × ${side} by ${side} × ${side}`;
  return rated(name, 2 * side ** 3, () => sgemm({ m: side, n: side, k: side, a, b, c }));
}

function dense(kernels: KernelSet, batch: number, inputs: number, outputs: number): Case[] {
  return denseProducts(kernels, batch, inputs, outputs).map((program, i) =>
    bound(
      `dense ${inputs}-${outputs}, batch ${batch}: ${DENSE_PRODUCTS[i]}`,
      2 * batch * inputs * outputs,
      program,
    ),
  );
}

/** The second convolution of LeNet-5: its largest. */
const LENET: Convolution = { images: 128, channels: 6, filters: 16, kernel: 5, side: 14, padding: 0 };
const WIDE: Convolution = { images: 16, channels: 32, filters: 32, kernel: 3, side: 32, padding: 1 };

function convolution(kernels: KernelSet): Case[] {
  const lenet = convolutions(kernels, LENET);
  const wide = convolutions(kernels, WIDE);
  const [two, four] = wide.winograd!;
  const named = (name: string, shape: Convolution, program: BoundProgram | undefined): Case =>
    bound(name, convolutionFlops(shape), program!);
  return [
    named('conv 6 → 16, 5 × 5, 14 × 14: forward, pooling', LENET, lenet.direct[1]),
    named('conv 32 → 32, 3 × 3, 32 × 32: forward', WIDE, wide.direct[0]),
    named('the same by Winograd’s F(4 × 4)', WIDE, four![0]),
    named('its weight gradient by Winograd’s F(2 × 2)', WIDE, two![3]),
  ];
}

function activation(kernels: KernelSet, name: string, op: Pick<Op, 'kind' | 'scalars'>): Case {
  const { rows, cols } = ACTIVATED;
  const program = elementwise(kernels, op);
  const run = timed(() => program.run(PHASES.rows));
  return { name: `${name}, ${rows} × ${cols}`, unit: 'G/s', work: rows * cols, cores: 1, run };
}

/** All cases of these kernels. */
export function kernelCases(kernels: KernelSet): Case[] {
  const activated = (name: keyof typeof ACTIVATIONS): Case =>
    activation(kernels, name, { kind: 'activation', scalars: { activation: ACTIVATIONS[name], alpha: 0 } });
  return [
    ...convolution(kernels),
    activated('relu'),
    activated('tanh'),
    activated('gelu'),
    activation(kernels, 'softmax', { kind: 'softmax', scalars: {} }),
    ...dense(kernels, 128, 784, 128),
    ...dense(kernels, 128, 128, 10).slice(0, 1),
    square(512),
  ];
}
