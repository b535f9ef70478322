import type { ResolvedModel } from '../compile/model.js';
import { table } from '../core/table.js';
import { type ParameterSpec, trainable } from '../program/node.js';

/** The layers as a table, with totals below. */
export function summarize(model: ResolvedModel): string {
  const rows = model.layers.map(({ name, config, outputShape, parameters }) => {
    const count = parameters.reduce((sum, p) => sum + p.rows * p.cols, 0);
    const activation = (config as { activation?: { name?: string } }).activation?.name;
    return [
      name,
      activation ? `${config.type} (${activation})` : config.type,
      `[batch, ${outputShape.join(', ')}]`,
      count.toLocaleString('en-US'),
    ];
  });
  const sizeOf = (parameters: readonly ParameterSpec[]): number =>
    parameters.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const total = sizeOf(model.parameters);
  const fixed = total - sizeOf(trainable(model.parameters));
  const parts = fixed > 0 ? ` (${fixed.toLocaleString('en-US')} of them non-trainable)` : '';
  const kibibytes = ((total * 4) / 1024).toFixed(1);
  return [
    table(['layer', 'type', 'output', 'parameters'], rows, ['left', 'left', 'left', 'right']),
    `input [batch, ${model.inputShape.join(', ')}], ${total.toLocaleString('en-US')} parameters${parts}, ${kibibytes} KiB`,
  ].join('\n');
}
