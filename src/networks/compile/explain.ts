import { alignColumns } from '../../core/alignColumns.js';
import { bytesText, flopsText, flopUnitText } from '../../core/units.js';
import {
  GROUP_IMAGES,
  isRowPhase,
  type Op,
  PHASE_LIMIT,
  PHASES,
  type Phase,
} from '../../kernels/contract.js';
import type { SliceGroup } from '../../program/builder.js';
import { opCost, stepFlops } from '../../program/cost.js';
import { ALONE } from '../../program/exchange.js';
import { MemoryPlan, type RegionRole } from '../../program/memory.js';
import { NOBODY, ownerOf } from '../../program/ownership.js';
import { chunkRows, type GroupRanges, partitionGroups } from '../../program/partition.js';
import { compileProgram, type Objective } from './compile.js';
import { layerCosts } from './layerCosts.js';
import { LayoutMap, layerLayouts } from './layouts.js';
import type { ResolvedModel } from './model.js';
import { objectiveText } from './objectiveText.js';
import { crossingLines, ownershipFor } from './ownership.js';
import { checkShardRows, shardLines } from './shards.js';

const PHASE_NAMES = Object.fromEntries(Object.entries(PHASES).map(([name, number]) => [number, name]));
/** `rows 2`, `rows 3`: phases over the rows of the mini-batch after the first. */
const phaseName = (phase: Phase): string => PHASE_NAMES[phase] ?? `rows ${phase - PHASES.average + 1}`;
/** Position in a step: the merge comes after all phases over rows. */
const phasePlace = (phase: Phase): number =>
  isRowPhase(phase) || phase === PHASES.epochStart ? phase : PHASE_LIMIT + phase;

/**
 * `a 32×784, b 784×128`: operands with their shapes; images as groups × numbers of one image × 16.
 */
function shapesText({ operands }: Op, layouts: LayoutMap): string {
  return Object.entries(operands)
    .map(([name, operand]) => {
      const { rows, cols, dtype } = operand;
      const isImages = layouts.of(operand) === 'images' && dtype !== 'u8';
      const shape = isImages ? `${rows}×${cols / GROUP_IMAGES}×${GROUP_IMAGES}` : `${rows}×${cols}`;
      return `${name} ${shape}${dtype === 'f32' ? '' : ` ${dtype}`}`;
    })
    .join(', ');
}

const OPS_HEAD = ['#', 'phase', 'split', 'op', 'for', 'layout', 'operands', 'bytes', 'FLOPs'];
const OPS_ALIGN = ['right', 'left', 'left', 'left', 'left', 'left', 'left', 'right', 'right'] as const;

/** Whether two ops are the same for different owners. */
const isTwin = (op: Op, other: Op): boolean =>
  op === other ||
  (op.part !== undefined &&
    op.part.of === other.part?.of &&
    op.part.index !== other.part.index &&
    [op.kind, op.label, op.phase].join() === [other.kind, other.label, other.phase].join());

/** Who has which part of a parameter. */
function groupText({ label, part }: SliceGroup, ranges: GroupRanges, workers: number): string {
  if (part === undefined) {
    const shares = ranges.map(([begin, end], rank) => `worker ${rank} blocks ${begin}–${end}`);
    return `${label}: ${shares.join(', ')}`;
  }
  const { over, first, count } = part;
  return `${label}: worker ${ownerOf(part, workers)} owns ${over} ${first}–${first + count}`;
}

function opsTable(ops: readonly Op[], layouts: LayoutMap): string {
  // Owners of parts run the same ops: a line stands for all of them.
  const shown = ops.filter(({ part }) => (part?.index ?? 0) === 0);
  const rows = shown.map((op, i) => {
    const same = ops.filter((other) => isTwin(op, other));
    const flops = same.reduce((sum, one) => sum + opCost(one).flops, 0);
    const bytes = same.reduce((sum, one) => sum + opCost(one).bytes, 0);
    return [
      String(i),
      phaseName(op.phase),
      op.part ? `${op.part.of} owners` : op.split,
      op.kind,
      op.label ?? '',
      layouts.text(op),
      shapesText(op, layouts),
      bytesText(bytes),
      flopsText(flops),
    ];
  });
  return alignColumns(OPS_HEAD, rows, OPS_ALIGN);
}

/** What each layer costs, forward, backward and update together. */
function layersTable(model: ResolvedModel, ops: readonly Op[]): string {
  const costs = layerCosts(
    ops,
    model.layers.map(({ name }) => name),
  );
  const total = stepFlops(ops);
  const layouts = layerLayouts(model);
  const rows = [...costs].map(([name, { ops: count, flops, bytes }], i) => [
    name || 'data, loss, metrics',
    layouts[i] ?? '',
    // A layer without ops is computed as part of a neighbouring layer.
    ...(count === 0
      ? ['', '', '', '']
      : [String(count), bytesText(bytes), flopsText(flops), `${((100 * flops) / total).toFixed(1)} %`]),
  ]);
  const align = ['left', 'left', 'right', 'right', 'right', 'right'] as const;
  return alignColumns(['layer', 'output as', 'ops', 'bytes', 'FLOPs', 'share'], rows, align);
}

/** What a step is explained for. */
export interface ExplainSizes {
  batchSize: number;
  workers: number;
  /** Virtual shards; undefined for none. */
  shards: number | undefined;
}

/**
 * Prints the training step of a model: its ops by phase, its memory by role, its split among
 * workers.
 */
export function explainProgram(
  model: ResolvedModel,
  objective: Objective,
  { batchSize, workers, shards }: ExplainSizes,
): string {
  const owners = shards === undefined ? ownershipFor(model, objective, batchSize, workers) : NOBODY;
  const memory = new MemoryPlan(0, owners);
  const labels = objective.loss.definition.targets === 'labels';
  const rows = { rows: batchSize, firstRow: 0 };
  const program = compileProgram({
    model,
    objective,
    mode: 'train',
    io: {
      x: { ...rows, buffer: 1, dtype: 'f32', cols: model.inputCols },
      y: { ...rows, buffer: 2, dtype: labels ? 'i32' : 'f32', cols: labels ? 1 : model.outputCols },
    },
    memory,
    maxRows: batchSize,
    mostWorkers: workers,
    shards: shards === undefined ? undefined : { shards, ...ALONE },
  });
  if (shards !== undefined) checkShardRows(program, { shards, ...ALONE });
  const byPhase = [...program.ops].sort((p, q) => phasePlace(p.phase) - phasePlace(q.phase));
  const layouts = new LayoutMap(memory, batchSize);
  const roles = new Map<RegionRole, number>();
  for (const { role, byteLength } of memory.regions) roles.set(role, (roles.get(role) ?? 0) + byteLength);
  const ranges = partitionGroups(program.groups, workers);
  return [
    `Training step, batch ${batchSize}, ${workers} ${workers === 1 ? 'worker' : 'workers'}: ${flopUnitText(stepFlops(program.ops))}; rows in chunks of ${chunkRows(program, workers)}.`,
    objectiveText(objective),
    '',
    opsTable(byPhase, layouts),
    '',
    layersTable(model, program.ops),
    '',
    `Arena ${bytesText(memory.byteLength)}: ${[...roles].map(([role, bytes]) => `${role} ${bytesText(bytes)}`).join(', ')}.`,
    ...shardLines(model, shards),
    ...(shards === undefined ? crossingLines(model, objective, batchSize, workers) : []),
    ...program.groups.map((group, g) => groupText(group, ranges[g]!, workers)),
  ].join('\n');
}
