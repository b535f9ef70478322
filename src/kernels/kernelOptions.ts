import type { KernelRequest } from './backend.js';
import { selectKernels } from './backend.js';

/** Which kernels compute. Left out, the environment decides, then the machine: see `backend()`. */
export interface KernelOptions {
  backend?: 'native' | 'typescript';
  isa?: 'avx512' | 'avx2' | 'neon' | 'portable';
  /** `'exact'` gives the native kernels' bits on TypeScript too, slowly. */
  numerics?: 'default' | 'exact';
}

export const KERNEL_KEYS = ['backend', 'isa', 'numerics'];

/**
 * Makes the choice here and now, environment included, so that worker threads make the same one.
 * @throws SteepestError `ERR_BACKEND`
 */
export function chooseKernels({ backend, isa, numerics }: KernelOptions): KernelRequest {
  const kernels = selectKernels({ backend, isa, numerics });
  if (kernels.kind === 'native') return { isa: kernels.isa as KernelRequest['isa'] };
  return { backend: 'typescript', numerics: kernels.isa === 'exact' ? 'exact' : 'default' };
}
