import type { KernelRequest } from '../kernels/backend.js';
import { selectKernels } from '../kernels/backend.js';

/** Which kernels compute. Left out, the environment decides, then the machine: see `backend()`. */
export interface KernelOptions {
  backend?: 'native' | 'typescript';
  isa?: 'avx512' | 'avx2' | 'neon' | 'portable';
  /** `'exact'` gives the native kernels' bits on TypeScript too, slowly. */
  numerics?: 'default' | 'exact';
}

export const KERNEL_KEYS = ['backend', 'isa', 'numerics'];

/** Checks the choice by making it. @throws SteepestError `ERR_BACKEND` */
export function chooseKernels({ backend, isa, numerics }: KernelOptions): KernelRequest {
  const request: KernelRequest = { backend, isa, numerics };
  selectKernels(request);
  return request;
}
