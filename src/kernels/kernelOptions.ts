import type { KernelRequest } from './backend.js';
import { selectKernels } from './backend.js';

/**
 * Which kernels compute. By default the environment decides, then the machine: see `backend()`.
 * @example
 * ```ts
 * import type { KernelOptions } from 'steepest';
 * const options: KernelOptions = { backend: 'typescript', numerics: 'exact' };
 * ```
 */
export interface KernelOptions {
  backend?: 'native' | 'typescript';
  isa?: 'avx512' | 'avx2' | 'neon' | 'portable';
  /** `'exact'` gives the bits of the native kernels on TypeScript too. It is slow. */
  numerics?: 'default' | 'exact';
}

export const KERNEL_KEYS = ['backend', 'isa', 'numerics'];

/**
 * Chooses the kernels now, from the options and the environment, so that worker threads use the
 * same ones.
 * @throws SteepestError `ERR_BACKEND`
 */
export function chooseKernels({ backend, isa, numerics }: KernelOptions): KernelRequest {
  const kernels = selectKernels({ backend, isa, numerics });
  if (kernels.kind === 'native') return { isa: kernels.isa as KernelRequest['isa'] };
  return { backend: 'typescript', numerics: kernels.isa === 'exact' ? 'exact' : 'default' };
}
