/** What processes of a job send each other, of a network with more gradients than are exchanged. */
import { describe, expect, it } from 'vitest';
import { cnn } from '#steepest/cli/bench/networks.js';
import type { ExchangePlan } from '#steepest/core/clusterOption.js';
import { resolveModel } from '#steepest/networks/compile/model.js';
import { resolveCompile } from '#steepest/networks/models/compileOptions.js';
import { planFit } from '#steepest/networks/training/plan.js';

const ROWS = 128;
const model = resolveModel({ seed: 5, layers: cnn() });
const { objective } = resolveCompile(model, { optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
const x = new Float32Array(new SharedArrayBuffer(4 * ROWS * model.inputCols));
const y = new Int32Array(new SharedArrayBuffer(4 * ROWS));
const train = {
  x: { data: x, dtype: 'f32', rows: ROWS, cols: model.inputCols },
  y: { data: y, dtype: 'i32', rows: ROWS, cols: 1 },
  weights: undefined,
  firstRow: 0,
  rows: ROWS,
} as const;

function exchangesOf(process: number, processes: number): readonly ExchangePlan[] {
  const { exchanges } = planFit(
    model,
    objective,
    { train, validation: undefined },
    {
      batchSize: ROWS,
      shuffle: true,
      workers: 1,
      every: [],
      hasCheckpoints: false,
      averageDecay: undefined,
      hasProgress: false,
      shards: { shards: 8, process, processes },
    },
  ).train;
  return exchanges;
}

const bytesOf = (list: ExchangePlan['sends'], peer: number): number =>
  (list.find((entry) => entry.peer === peer)?.ranges ?? [])
    .filter((_, i) => i % 2 === 1)
    .reduce((sum, bytes) => sum + bytes, 0);

describe.each([2, 3, 5])('%d processes', (processes) => {
  const all = Array.from({ length: processes }, (_, process) => exchangesOf(process, processes));
  const pairs = all.flatMap((_, from) => all.map((_, to) => [from, to] as const));

  it('receive what the others send', () => {
    for (const [from, to] of pairs) {
      all[from]!.forEach(({ sends }, i) => {
        expect(bytesOf(all[to]![i]!.receives, from), `${from} to ${to}, ${i}`).toBe(bytesOf(sends, to));
      });
    }
  });

  it('update about as many parameters each', () => {
    const { parameters } = model;
    const bytes = 4 * parameters.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
    for (const [from, to] of pairs.filter(([a, b]) => a !== b)) {
      const slice = bytesOf(all[from]!.at(-1)!.sends, to);
      expect(slice / (bytes / processes)).toBeGreaterThan(0.9);
      expect(slice / (bytes / processes)).toBeLessThan(1.1);
    }
  });
});
