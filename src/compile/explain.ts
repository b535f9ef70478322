import { table } from '../core/table.js';
import { type Op, PHASE_LIMIT, PHASES, type Phase } from '../kernels/contract.js';
import { opCost, stepFlops } from '../program/cost.js';
import { MemoryPlan, type RegionRole } from '../program/memory.js';
import { partitionGroups } from '../program/partition.js';
import { compileProgram, type Objective } from './compile.js';
import type { ResolvedModel } from './model.js';

const PHASE_NAMES = Object.fromEntries(Object.entries(PHASES).map(([name, number]) => [number, name]));
/** `rows 2`, `rows 3`: phases over the rows of the mini-batch after the first. */
const phaseName = (phase: Phase): string => PHASE_NAMES[phase] ?? `rows ${phase - PHASES.merge + 1}`;
/** Place in a step: what merges comes last. */
const phasePlace = (phase: Phase): number => (phase === PHASES.merge ? PHASE_LIMIT : phase);

/** Bytes in the unit that people read. */
function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function flopsText(flops: number): string {
  if (flops < 1e3) return `${flops}`;
  return flops < 1e6 ? `${(flops / 1e3).toFixed(1)} k` : `${(flops / 1e6).toFixed(2)} M`;
}

/** `a 32×784 · b 784×128 → c 32×128`: operands with their shapes. */
function shapesText(op: Op): string {
  return Object.entries(op.operands)
    .map(([name, { rows, cols, dtype }]) => `${name} ${rows}×${cols}${dtype === 'f32' ? '' : ` ${dtype}`}`)
    .join(', ');
}

/** Prints the training step of a model: its ops by phase, its memory by role, its split among workers. */
export function explainProgram(
  model: ResolvedModel,
  objective: Objective,
  { batchSize, workers }: { batchSize: number; workers: number },
): string {
  const memory = new MemoryPlan();
  const labels = objective.loss.definition.targets === 'labels';
  const program = compileProgram(
    model,
    objective,
    'train',
    {
      x: { buffer: 1, dtype: 'f32', rows: batchSize, cols: model.inputCols, firstRow: 0 },
      y: {
        buffer: 2,
        dtype: labels ? 'i32' : 'f32',
        rows: batchSize,
        cols: labels ? 1 : model.outputCols,
        firstRow: 0,
      },
    },
    memory,
    batchSize,
    workers,
  );
  const byPhase = [...program.ops].sort((p, q) => phasePlace(p.phase) - phasePlace(q.phase));
  const rows = byPhase.map((op, i) => {
    const { flops, bytes } = opCost(op);
    return [
      String(i),
      phaseName(op.phase),
      op.split,
      op.kind,
      op.label ?? '',
      shapesText(op),
      bytesText(bytes),
      flopsText(flops),
    ];
  });
  const roles = new Map<RegionRole, number>();
  for (const { role, byteLength } of memory.regions) roles.set(role, (roles.get(role) ?? 0) + byteLength);
  const ranges = partitionGroups(program.groups, workers);
  return [
    `Training step, batch ${batchSize}, ${workers} ${workers === 1 ? 'worker' : 'workers'}: ${flopsText(stepFlops(program.ops))}FLOP; rows in chunks of ${program.rowChunk}.`,
    '',
    table(['#', 'phase', 'split', 'op', 'for', 'operands', 'bytes', 'FLOPs'], rows, [
      'right',
      'left',
      'left',
      'left',
      'left',
      'left',
      'right',
      'right',
    ]),
    '',
    `Arena ${bytesText(memory.byteLength)}: ${[...roles].map(([role, bytes]) => `${role} ${bytesText(bytes)}`).join(', ')}.`,
    ...program.groups.map(
      (group, g) =>
        `${group.label}: ${ranges[g]!.map(([begin, end], rank) => `worker ${rank} blocks ${begin}–${end}`).join(', ')}`,
    ),
  ].join('\n');
}
