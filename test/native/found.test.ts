import { describe, expect, it } from 'vitest';
import { availableIsas, type KernelRequest, selectKernels } from '#steepest/kernels/backend.js';
import type { BindableProgram, KernelSet } from '#steepest/kernels/contract.js';
import { REGISTER_COUNT, REGISTERS } from '#steepest/kernels/contract.js';
import { typescriptExact } from '#steepest/kernels/typescript/index.js';
import { found } from '../../scripts/fuzz/native/found.mjs';

const SETS: KernelSet[] = [
  typescriptExact,
  ...availableIsas().map((isa) => selectKernels({ backend: 'native', isa: isa as KernelRequest['isa'] })),
];

/** Binds a program that the fuzzer found and runs it. @returns the code it was refused with */
function run(kernels: KernelSet, program: BindableProgram, buffers: number[], rows: number) {
  const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
  registers[REGISTERS.rows] = rows;
  const memory = buffers.map((bytes) => new Uint8Array(new SharedArrayBuffer(bytes)));
  try {
    const bound = kernels.bind(program, memory, registers);
    for (const phase of [0, 1, 2]) bound.run(phase);
    bound.release();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

describe.each(SETS)('programs in which the fuzzer found faults, on $isa', (kernels) => {
  it.each(found)('$what', ({ program, buffers, rows, refused }) => {
    expect(run(kernels, program, buffers, rows)).toBe(refused ? 'ERR_PROGRAM' : undefined);
  });
});
