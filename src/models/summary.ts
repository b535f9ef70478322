import type { ResolvedModel } from '../compile/model.js';
import { table } from '../core/table.js';

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
  const total = model.parameters.reduce((sum, p) => sum + p.rows * p.cols, 0);
  const kibibytes = ((total * 4) / 1024).toFixed(1);
  return [
    table(['layer', 'type', 'output', 'parameters'], rows, ['left', 'left', 'left', 'right']),
    `input [batch, ${model.inputShape.join(', ')}], ${total.toLocaleString('en-US')} parameters, ${kibibytes} KiB`,
  ].join('\n');
}
