import { SteepestError } from '../core/errors.js';
import { isError } from '../core/realm.js';
import type { Addon, RunPhase } from './addon.cjs';
import {
  type BindableProgram,
  type BoundProgram,
  type KernelSet,
  type Op,
  PHASES,
  type Phase,
  type Product,
  type ProgramBuffer,
} from './contract.js';
import { encodeProgram } from './encode.js';
import { isOpKind } from './layout.js';
import { registersFor, singleRank } from './once.js';

const HINT =
  'This is a fault in the program, not in your data: compile it again, or report it with explain().';

const MEMORY_HINT = 'Use a smaller batchSize or fewer units, or end other programs.';

/** An error from the add-on. When memory runs out, there may be none even for the message parts. */
interface AddonError extends Error {
  code: 'ERR_PROGRAM' | 'ERR_MEMORY';
  expected?: string;
  given?: string;
}

function isAddonError(error: unknown): error is AddonError {
  if (!isError(error) || !('code' in error)) return false;
  return error.code === 'ERR_PROGRAM' || error.code === 'ERR_MEMORY';
}

function steepestError(error: unknown): unknown {
  if (!isAddonError(error)) return error;
  const { code, expected = 'the add-on to do its work', given = error.message } = error;
  const hint = code === 'ERR_MEMORY' ? MEMORY_HINT : HINT;
  return new SteepestError(code, { expected, given, hint }, { cause: error });
}

/** The encoding has no word for an unknown op kind. The add-on checks everything else. */
function checkKinds({ ops }: BindableProgram): void {
  ops.forEach(({ kind }, number) => {
    if (isOpKind(kind)) return;
    throw new SteepestError('ERR_PROGRAM', {
      expected: `op ${number} of a known kind`,
      given: `kind '${kind}'`,
      hint: HINT,
    });
  });
}

/** Passed to the add-on's `run` instead of a phase, to release its program. */
const RELEASE = -1024;

/** A program bound to native memory. The native memory lives as long as this object. */
class NativeProgram implements BoundProgram {
  constructor(
    private readonly runPhase: RunPhase,
    private readonly canRelease: boolean,
  ) {}

  run(phase: Phase): number {
    return this.runPhase(phase);
  }

  release(): void {
    // A checkout may contain a local build that is older than its TypeScript.
    if (this.canRelease) this.runPhase(RELEASE);
  }
}

/** The add-on's product on one instruction set, with errors of ours. */
function productOn(product: NonNullable<Addon['product']>, isa: number): (product: Product) => void {
  return ({ m, n, k, a, aRow, aStep, b, bRow, bStep, c, cRow, bias, init, activation, alpha }) => {
    try {
      product(isa, m, n, k, a, aRow, aStep, b, bRow, bStep, c, cRow, bias, init, activation, alpha);
    } catch (error) {
      throw steepestError(error);
    }
  };
}

/** The add-on's kernels for one instruction set. All instruction sets give the same bits. */
export class NativeKernels implements KernelSet {
  readonly kind = 'native';
  readonly numerics = 'fma32';

  readonly product: ((product: Product) => void) | undefined;

  constructor(
    private readonly addon: Addon,
    readonly isa: string,
  ) {
    this.product = addon.product && productOn(addon.product, addon.isas().indexOf(isa));
  }

  bind(
    program: BindableProgram,
    buffers: readonly ProgramBuffer[],
    registers: Float64Array<ArrayBufferLike>,
  ): BoundProgram {
    checkKinds(program);
    try {
      const run = this.addon.bind(this.isa, encodeProgram(program), buffers, registers);
      return new NativeProgram(run, this.addon.discard !== undefined);
    } catch (error) {
      throw steepestError(error);
    }
  }

  runOnce(ops: readonly Op[], buffers: readonly ProgramBuffer[], rows: number): void {
    try {
      this.addon.runOnce(
        this.isa,
        encodeProgram(singleRank(ops, rows)),
        buffers,
        registersFor(rows),
        PHASES.rows,
      );
    } catch (error) {
      throw steepestError(error);
    }
  }
}
