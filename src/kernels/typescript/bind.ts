import { SteepestError } from '../../core/errors.js';
import {
  type BindableProgram,
  type BoundProgram,
  GROUP_IMAGES,
  isRowPhase,
  type Op,
  PHASE_LIMIT,
  PHASES,
  type Phase,
  type ProgramBuffer,
  REGISTER_COUNT,
  REGISTERS,
  STATUS,
} from '../contract.js';
import { registersFor, singleRank } from '../once.js';
import { type CompiledOp, compiledOp } from '../ops/compiled.js';
import { evaluate } from '../ops/evaluate.js';
import { BATCH } from '../ops/schema.js';
import { checkProgram, MOST_ROWS } from './check.js';
import { type F64, type OpTable, PreparedOp, type RunOp } from './kernel.js';

/** Statuses after which the rest of a phase would work on values that mean nothing. */
const ENDS_PHASE = STATUS.lossNotFinite | STATUS.indexOutOfRange;

/** One op of a phase, ready to run. */
interface Step {
  run: RunOp;
  /** True if this rank takes its share of the mini-batch's rows, chunk by chunk. */
  byRows: boolean;
  /** The same in groups of 16 rows. */
  byGroups: boolean;
  /** Fixed range of the others; `end` is cut to the mini-batch's rows where `batch` is true. */
  begin: number;
  end: number;
  batch: boolean;
  /** False for an op that does something even over an empty range. */
  skipsEmpty: boolean;
  /** The rows of the mini-batch that the op works on, and registers that count these; undefined for all. */
  window: { firstRow: number; rows: number; registers: F64 } | undefined;
}

interface PhasePlan {
  steps: Step[];
  /** batchStart + rows may not exceed this, or a gather would leave its table. */
  rowLimit: number;
  /** A step is split by rows or groups; otherwise there are no chunks to go through. */
  byRows: boolean;
}

/** The part of an op that falls to this rank; undefined if none does. */
function stepOf(
  op: Op,
  { runsEmpty }: CompiledOp,
  rank: number,
  range: number,
  run: () => RunOp,
): Step | undefined {
  if (op.split === 'first' && rank !== 0) return undefined;
  return {
    run: run(),
    byRows: op.split === 'rows',
    byGroups: op.split === 'groups',
    begin: op.split === 'slice' ? op.begin : 0,
    end: op.split === 'slice' ? op.end : Math.min(range, MOST_ROWS),
    batch: range === BATCH,
    skipsEmpty: !runsEmpty,
    window: op.window && { ...op.window, registers: new Float64Array(REGISTER_COUNT) },
  };
}

function planPhases(
  program: BindableProgram,
  buffers: readonly ProgramBuffer[],
  kernels: OpTable,
): PhasePlan[] {
  const last = program.ops.reduce<Phase>((most, { phase }) => Math.max(most, phase), PHASES.merge);
  return Array.from({ length: last + 1 }, (_, phase) => {
    const plan: PhasePlan = { steps: [], rowLimit: Number.POSITIVE_INFINITY, byRows: false };
    for (const op of program.ops) {
      if (op.phase !== phase) continue;
      const compiled = compiledOp(op.kind);
      const values = evaluate(compiled.nodes, op, op.window?.rows ?? program.maxRows);
      plan.rowLimit = Math.min(plan.rowLimit, values[compiled.tableRows]!);
      const step = stepOf(op, compiled, program.rank, values[compiled.range]!, () =>
        kernels[op.kind](new PreparedOp(op, buffers)),
      );
      if (step === undefined) continue;
      plan.steps.push(step);
      if (step.byRows || step.byGroups) plan.byRows = true;
    }
    return plan;
  });
}

/** A program bound to TypeScript kernels. */
class TypeScriptProgram implements BoundProgram {
  private plans: readonly PhasePlan[];
  /** Ranks' rows and chunks begin at multiples of this. */
  private readonly grain: number;

  constructor(
    private readonly program: BindableProgram,
    buffers: readonly ProgramBuffer[],
    private readonly registers: F64,
    kernels: OpTable,
  ) {
    this.plans = planPhases(program, buffers, kernels);
    this.grain = program.ops.some(({ split }) => split === 'groups') ? GROUP_IMAGES : 1;
  }

  release(): void {
    this.plans = [];
  }

  run(phase: Phase): number {
    const plan = this.plans[phase];
    if (plan === undefined) {
      if (this.plans.length === 0) {
        throw new SteepestError('ERR_PROGRAM', {
          expected: 'a bound program',
          given: 'one that was released',
          hint: 'Bind it again.',
        });
      }
      if (Number.isInteger(phase) && phase >= 0 && phase < PHASE_LIMIT) return 0;
      throw new SteepestError('ERR_PROGRAM', {
        expected: `a phase below ${PHASE_LIMIT}`,
        given: String(phase),
        hint: 'Use one of PHASES.',
      });
    }
    const { registers } = this;
    const { rank, workers, rowChunk, rowRange } = this.program;
    const refused = this.checkRegisters(plan);
    if (refused !== 0) return refused;
    // `| 0`: what comes out of float64 arithmetic would stay a float64 in every index computed from it.
    const rows = (registers[REGISTERS.rows] as number) | 0;
    const { grain } = this;
    // The ranks share the rows of the program's range that the mini-batch has.
    const from = Math.min(rowRange?.firstRow ?? 0, rows);
    const shared = Math.min(rowRange?.endRow ?? rows, rows) - from;
    // Whole groups of images, if there are any; the last of them may be short.
    const grains = Math.ceil(shared / grain);
    const firstRowOf = (of: number): number =>
      (from + Math.min(shared, Math.floor((grains * of) / workers) * grain)) | 0;
    const [first, last] = [firstRowOf(rank), firstRowOf(rank + 1)];
    // Only the row phases are worth chunking: elsewhere no op reads what another has just written by rows.
    const chunk = isRowPhase(phase) && plan.byRows ? Math.ceil(rowChunk / grain) * grain : rows;
    let status = this.runSteps(plan.steps, first, Math.min(first + chunk, last), rows, true);
    for (let begin = first + chunk; begin < last && (status & ENDS_PHASE) === 0; begin += chunk) {
      status |= this.runSteps(plan.steps, begin, Math.min(begin + chunk, last), rows, false);
    }
    return status;
  }

  /**
   * Runs the steps over rows `[begin, end)` of the mini-batch. Steps that are not split by rows run with the
   * first chunk only, in program order.
   */
  private runSteps(
    steps: readonly Step[],
    begin: number,
    end: number,
    rows: number,
    isFirst: boolean,
  ): number {
    let status = 0;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as Step;
      const registers = this.registersOf(step, rows);
      if (step.byRows) {
        if (begin < end) status |= step.run(begin, end, registers);
      } else if (step.byGroups) {
        if (begin < end) {
          status |= step.run((begin / GROUP_IMAGES) | 0, Math.ceil(end / GROUP_IMAGES) | 0, registers);
        }
      } else if (isFirst) {
        const to = step.batch ? Math.min(step.end, registers[REGISTERS.rows] as number) | 0 : step.end;
        if (step.begin < to || !step.skipsEmpty) status |= step.run(step.begin, to, registers);
      }
      if ((status & ENDS_PHASE) !== 0) break;
    }
    return status;
  }

  /** The registers as the kernel of a step sees them. */
  private registersOf({ window }: Step, rows: number): F64 {
    if (window === undefined) return this.registers;
    window.registers.set(this.registers);
    window.registers[REGISTERS.rows] = Math.min(Math.max(rows - window.firstRow, 0), window.rows);
    return window.registers;
  }

  /** Counters are whole numbers, and the mini-batch fits the program and its tables. */
  private checkRegisters({ rowLimit }: PhasePlan): number {
    const { registers } = this;
    const rows = registers[REGISTERS.rows] as number;
    const batchStart = registers[REGISTERS.batchStart] as number;
    const counters =
      isCounter(rows) &&
      isCounter(batchStart) &&
      isCounter(registers[REGISTERS.step] as number) &&
      isCounter(registers[REGISTERS.epoch] as number);
    if (!counters || rows > this.program.maxRows) return STATUS.badRegister;
    return rows > 0 && batchStart + rows > rowLimit ? STATUS.indexOutOfRange : 0;
  }
}

function isCounter(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/**
 * Checks a program and binds it to a table of TypeScript kernels.
 *
 * @throws SteepestError `ERR_PROGRAM` for anything that does not fit (see check.ts).
 */
export function bindTypeScript(
  kernels: OpTable,
  program: BindableProgram,
  buffers: readonly ProgramBuffer[],
  registers: Float64Array<ArrayBufferLike>,
): BoundProgram {
  checkProgram(program, buffers, registers);
  return new TypeScriptProgram(program, buffers, registers, kernels);
}

/** Checks ops and runs them once, over arrays that need not be shared. */
export function runOnceTypeScript(
  kernels: OpTable,
  ops: readonly Op[],
  buffers: readonly ProgramBuffer[],
  rows: number,
): void {
  const program = singleRank(ops, rows);
  checkProgram(program, buffers, registersFor(rows), 'any');
  new TypeScriptProgram(program, buffers, registersFor(rows), kernels).run(PHASES.rows);
}
