import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { availableIsas, selectKernels } from '#steepest/kernels/backend.js';
import { type KernelSet, OP_KINDS, type Operand, type OpKind, schemaOf } from '#steepest/kernels/contract.js';
import { typescriptExact } from '#steepest/kernels/typescript/index.js';
import type { Dims, OpCase } from './cases/case.js';
import { GENERATORS } from './cases/generators.js';
import {
  canonicalWords,
  describeWord,
  dimsFor,
  drawCase,
  largeDims,
  runCase,
  writable,
} from './cases/run.js';

/** Cases per kind; gemm and the ops with variants get more. */
const RUNS = 120;
const MANY_RUNS = 400;
const VARIED: ReadonlySet<OpKind> = new Set(['gemm', 'activation', 'activationBackward']);

/** Cases per kind that show which operands are written and shared. */
const DRAWS = 60;

/** Cases of large sizes per kind: slow in the exact kernels. */
const LARGE_RUNS = 5;

const ISAS = ['avx512', 'avx2', 'neon', 'portable'] as const;
const native = ISAS.filter((isa) => availableIsas().includes(isa)).map((isa) =>
  selectKernels({ backend: 'native', isa }),
);

/** Nothing but the op's own part of its outputs has changed. */
function expectContained(opCase: OpCase, memory: SharedArrayBuffer): void {
  const after = new Uint8Array(memory);
  const allowed = writable(opCase);
  for (let at = 0; at < after.length; at++) {
    if (after[at] !== opCase.bytes[at] && allowed[at] === 0) {
      expect.fail(`wrote byte ${at}: ${describeWord(opCase, at >> 2)}`);
    }
  }
}

function expectSameBits(opCase: OpCase, kernels: KernelSet, expected: SharedArrayBuffer, dims: Dims): number {
  const { status, memory } = runCase(kernels, opCase, dims);
  const [given, wanted] = [canonicalWords(opCase, memory), canonicalWords(opCase, expected)];
  for (let at = 0; at < wanted.length; at++) {
    if (given[at] === wanted[at]) continue;
    const words = [given[at] as number, wanted[at] as number].map((word) => `0x${word.toString(16)}`);
    expect.fail(`${kernels.isa}: ${describeWord(opCase, at)} is ${words[0]}, exact kernels give ${words[1]}`);
  }
  return status;
}

/** Holds all kernels that run here to the exact ones on one case. */
function checkCase(kind: OpKind, dims: Dims): void {
  const opCase = drawCase(kind, dims);
  const exact = runCase(typescriptExact, opCase, dims);
  expectContained(opCase, exact.memory);
  for (const kernels of native) {
    expect(expectSameBits(opCase, kernels, exact.memory, dims)).toBe(exact.status);
  }
}

/** Names of operands that are the memory of another one, which stands second. */
function shared({ op, outputs }: OpCase): string[] {
  const entries = Object.entries(op.operands) as [string, Operand][];
  return entries.flatMap(([output, { byteOffset }]) =>
    entries
      .filter(([input, operand]) => input in outputs === false && operand.byteOffset === byteOffset)
      .filter(() => output in outputs)
      .map(([input]) => `${output} over ${input}`),
  );
}

describe('the kernel contract', () => {
  it('has a generator of cases for every kind of op', () => {
    expect(Object.keys(GENERATORS).sort()).toEqual([...OP_KINDS].sort());
  });

  it.each(OP_KINDS)('%s declares which operands it writes, and which may be the same memory', (kind) => {
    const { operands, inPlace } = schemaOf(kind);
    const written = new Set<string>();
    const aliases = new Set<string>();
    for (let seed = 0; seed < DRAWS; seed++) {
      const opCase = drawCase(kind, {
        rows: 5,
        cols: 3,
        inner: 2,
        values: 'ordinary',
        seed,
        workers: 1,
        rank: 0,
      });
      for (const name of Object.keys(opCase.outputs)) written.add(name);
      for (const pair of shared(opCase)) aliases.add(pair);
    }
    const declared = Object.keys(operands).filter((name) => operands[name]!.access !== 'read');
    expect([...written].sort()).toEqual(declared.sort());
    expect([...aliases].sort()).toEqual(inPlace.map(([output, input]) => `${output} over ${input}`).sort());
  });

  describe.each(OP_KINDS)('%s', (kind) => {
    const isas = native.map((kernels) => kernels.isa).join(', ') || 'no native kernels here';
    it(`writes its own outputs only, and gives the same bits on ${isas}`, () => {
      fc.assert(
        fc.property(dimsFor(kind), (dims) => checkCase(kind, dims)),
        { numRuns: VARIED.has(kind) ? MANY_RUNS : RUNS },
      );
    });

    it('does so in many pieces', () => {
      fc.assert(
        fc.property(largeDims(kind), (dims) => checkCase(kind, dims)),
        { numRuns: LARGE_RUNS },
      );
    });
  });
});
