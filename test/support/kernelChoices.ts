import type { KernelOptions } from 'steepest';
import { SteepestError } from 'steepest';
import { selectKernels } from '#steepest/kernels/backend.js';

/** A choice of kernels, with the name it has in test titles. */
export interface KernelChoice {
  title: string;
  options: KernelOptions;
}

const ISAS = ['avx512', 'avx2', 'neon', 'portable'] as const;

function runsHere(options: KernelOptions): boolean {
  try {
    selectKernels(options);
    return true;
  } catch (error) {
    if (error instanceof SteepestError && error.code === 'ERR_BACKEND') return false;
    throw error;
  }
}

/** Every instruction set of the native kernels that this processor has. */
export const nativeChoices: readonly KernelChoice[] = ISAS.map((isa) => ({
  title: `native ${isa}`,
  options: { backend: 'native', isa } as const,
})).filter(({ options }) => runsHere(options));

export const native: KernelChoice = { title: 'native', options: { backend: 'native' } };
export const typescriptFast: KernelChoice = { title: 'typescript', options: { backend: 'typescript' } };
export const typescriptExact: KernelChoice = {
  title: 'typescript exact',
  options: { backend: 'typescript', numerics: 'exact' },
};

/** One choice of each kind: what a test of values runs on, since `same-bits` compares the instruction sets. */
export const kernelChoices: readonly KernelChoice[] = [native, typescriptFast, typescriptExact];
