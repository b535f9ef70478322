import type { KernelSet } from '../contract.js';
import { bindTypeScript, runOnceTypeScript } from './bind.js';
import { exactOps } from './exact/index.js';
import { fastOps } from './fast/index.js';
import type { OpTable } from './kernel.js';

function kernelSet(isa: string, numerics: KernelSet['numerics'], ops: () => OpTable): KernelSet {
  return {
    kind: 'typescript',
    isa,
    numerics,
    bind: (program, buffers, registers) => bindTypeScript(ops(), program, buffers, registers),
    runOnce: (list, buffers, rows) => runOnceTypeScript(ops(), list, buffers, rows),
  };
}

/** The kernels of machines without the add-on: sums in float64, rounded to float32 where they are stored. */
export const typescriptFast: KernelSet = kernelSet('fast', 'float64', () => fastOps);

/** The oracle: bit for bit what the native kernels compute, about fifteen times slower than `fast`. */
export const typescriptExact: KernelSet = kernelSet('exact', 'fma32', () => exactOps);
