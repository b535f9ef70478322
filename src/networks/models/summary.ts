import { alignColumns } from '../../core/alignColumns.js';
import { bytesText, flopsText, flopUnitText } from '../../core/units.js';
import { MemoryPlan } from '../../program/memory.js';
import { type ParameterSpec, trainable } from '../../program/parameters.js';
import { compileProgram } from '../compile/compile.js';
import { layerCosts } from '../compile/layerCosts.js';
import { layerLayouts } from '../compile/layouts.js';
import type { ResolvedModel } from '../compile/model.js';
import type { TrainedLayerConfig } from '../layers/parameter.js';

/** Costs are per sample, in a mini-batch of this size. */
const BATCH = 32;
const X_BUFFER = 1;
const OUT_BUFFER = 2;

/** The cost of each layer when predicting a mini-batch. */
function predictionCosts(model: ResolvedModel): ReturnType<typeof layerCosts> {
  const x = { buffer: X_BUFFER, dtype: 'f32', rows: BATCH, cols: model.inputCols, firstRow: 0 } as const;
  const out = { ...x, buffer: OUT_BUFFER, cols: model.outputCols };
  const program = compileProgram({
    model,
    mode: 'predict',
    io: { x, out },
    memory: new MemoryPlan(),
    maxRows: BATCH,
  });
  const names = model.layers.map(({ name }) => name);
  return layerCosts(program.ops, names);
}

/** How a layer's training differs from the usual: `frozen`, or the scale of its rate. */
function trainingText({ trainable, learningRateScale }: TrainedLayerConfig): string {
  if (trainable === false) return 'frozen';
  return learningRateScale === undefined ? '' : `rate × ${learningRateScale}`;
}

/**
 * The layers as a table, with totals below. A layer that a neighbouring layer computes has no costs
 * of its own.
 */
export function summarize(model: ResolvedModel): string {
  const layouts = layerLayouts(model);
  const costs = predictionCosts(model);
  const rows = model.layers.map(({ name, config, outputShape, parameters }, i) => {
    const count = parameters.reduce((sum, p) => sum + p.rows * p.cols, 0);
    const activation = (config as { activation?: { name?: string } }).activation?.name;
    const { ops, flops, bytes } = costs.get(name)!;
    return [
      name,
      [config.type, activation ? `(${activation})` : '', trainingText(config)].filter(Boolean).join(' '),
      `[batch, ${outputShape.join(', ')}]`,
      layouts[i]!,
      count.toLocaleString('en-US'),
      ops === 0 ? '' : flopsText(flops / BATCH),
      ops === 0 ? '' : bytesText(bytes / BATCH),
    ];
  });
  const sizeOf = (parameters: readonly ParameterSpec[]): number =>
    parameters.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const total = sizeOf(model.parameters);
  const fixed = total - sizeOf(trainable(model.parameters));
  const parts = fixed > 0 ? ` (${fixed.toLocaleString('en-US')} of them non-trainable)` : '';
  const flops = [...costs.values()].reduce((sum, cost) => sum + cost.flops, 0) / BATCH;
  return [
    alignColumns(['layer', 'type', 'output', 'layout', 'parameters', 'FLOPs', 'bytes'], rows, [
      'left',
      'left',
      'left',
      'left',
      'right',
      'right',
      'right',
    ]),
    `input [batch, ${model.inputShape.join(', ')}], ${total.toLocaleString('en-US')} parameters${parts}, ${bytesText(total * 4)}; ${flopUnitText(flops)} to predict a sample.`,
    `FLOPs and bytes read and written: of one sample in a prediction of ${BATCH}. Where they are missing, a neighbouring layer does the work.`,
  ].join('\n');
}
