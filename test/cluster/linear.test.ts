import { afterAll, describe, expect, it } from 'vitest';
import {
  GammaRegressor,
  LinearRegression,
  LogisticRegression,
  PoissonRegressor,
  Ridge,
  shutdown,
} from '#steepest/index.js';
import { launch, launchers, printedBy } from '../support/cluster/launch.js';

afterAll(shutdown);

const ROWS = 24_000;
const COLS = 9;

/** Rows [first, end) of one table, the same in every process. */
const MAKE = `
const rowsOf = (first, end) => {
  const x = new Float64Array((end - first) * ${COLS});
  const y = new Float64Array(end - first);
  for (let i = first; i < end; i++) {
    let sum = 1;
    for (let j = 0; j < ${COLS}; j++) {
      const value = (((i * 7919 + j * 104729) * 31) % 10007) / 5003 - 1;
      x[(i - first) * ${COLS} + j] = value;
      sum += value * (j % 4);
    }
    y[i - first] = sum + (i % 11) / 7;
  }
  return { x, y };
};
const fitAll = async (first, end, options) => {
  const { x, y } = rowsOf(first, end);
  const rows = { data: x, shape: [end - first, ${COLS}] };
  const labels = Array.from(y, (value) => ['low', 'middle', 'high'][(value > 0) + (value > 2)]);
  const counts = y.map((value) => Math.max(1, Math.round(value)));
  const weights = Float64Array.from(y, (_, i) => ((first + i) % 3) / 2);
  const models = [
    await new LinearRegression().fit(rows, y, { sampleWeight: weights, ...options }),
    await new Ridge({ alpha: 3 }).fit(rows, y, options),
    await new LogisticRegression({ classWeight: 'balanced' }).fit(rows, labels, { sampleWeight: weights, ...options }),
    await new LogisticRegression({ penalty: 'none', solver: 'newtonCg' }).fit(rows, y.map((v) => Number(v > 1)), options),
    await new PoissonRegressor({ alpha: 0 }).fit(rows, counts, { exposure: counts, ...options }),
    await new GammaRegressor().fit(rows, counts, { sampleWeight: weights, ...options }),
  ];
  return models.map((model) => [...model.coef.data, ...model.intercept, model.nIter ?? 0, model.classes ?? []]);
};
`;

/** As many rows for each rank, and fewer for the first. */
const DIVIDE = `
const bounds = Array.from({ length: size + 1 }, (_, r) => r === 0 ? 0 : r === 1 && size > 2 ? 5 : Math.floor((${ROWS} * r) / size));
`;

const program = `
import { cluster } from 'steepest/cluster';
import { GammaRegressor, LinearRegression, LogisticRegression, PoissonRegressor, Ridge } from 'steepest';
${MAKE}
const c = await cluster({ timeoutMs: 40_000 });
const { rank, size } = c;
${DIVIDE}
console.log(JSON.stringify(await fitAll(bounds[rank], bounds[rank + 1], { cluster: c })));
await c.close();
`;

type FitAll = (first: number, end: number, options: object) => Promise<unknown[]>;
const classes = { GammaRegressor, LinearRegression, LogisticRegression, PoissonRegressor, Ridge };
const fitAll = new Function(...Object.keys(classes), `${MAKE} return fitAll;`)(
  ...Object.values(classes),
) as FitAll;

describe.each(launchers())('linear models on sharded rows under %s', (launcher) => {
  it.each(launcher === 'local' ? [1, 2, 3, 4, 5, 8] : [2, 4])(
    'have the bits of one process on %d ranks',
    async (ranks) => {
      const alone = JSON.stringify(await fitAll(0, ROWS, {}));
      const all = await printedBy<unknown[]>(program, { ranks, launcher });
      expect(all).toHaveLength(ranks);
      for (const said of all) expect(JSON.stringify(said)).toBe(alone);
    },
  );

  it('reject on all ranks, with the rank that has a NaN', async () => {
    const failing = `
import { cluster } from 'steepest/cluster';
import { Ridge } from 'steepest';
const c = await cluster({ timeoutMs: 40_000 });
const x = [[1], [c.rank === 1 ? NaN : 2], [4]];
const error = await new Ridge().fit(x, [1, 2, 3], { cluster: c }).catch((error) => error);
const again = await new Ridge().fit([[1], [2]], [1, 2], { cluster: c });
console.log(JSON.stringify([error.code, error.message, again.coef.data[0]]));
await c.close();
`;
    const all = await printedBy<[string, string, number]>(failing, { ranks: 2, launcher });
    expect(all[0]).toEqual(all[1]);
    expect(all[0]![0]).toBe('ERR_NOT_FINITE');
    expect(all[0]![1]).toContain('given on rank 1: NaN at row 1, column 0');
  });

  it('end together when a signal of one rank aborts', async () => {
    const aborted = `
import { cluster } from 'steepest/cluster';
import { LogisticRegression } from 'steepest';
const c = await cluster({ timeoutMs: 40_000 });
// So many that the fit, which stops only where no step helps, takes seconds.
const rows = 400_000;
const x = { data: Float64Array.from({ length: rows * 10 }, (_, i) => Math.sin(i + c.rank)), shape: [rows, 10] };
const y = Array.from({ length: rows }, (_, i) => i % 2);
const controller = new AbortController();
const model = new LogisticRegression({ solver: 'lbfgs', tol: 1e-300, maxIter: 1e6 });
const fit = model.fit(x, y, { cluster: c, signal: controller.signal }).catch((error) => error);
if (c.rank === 1) setTimeout(() => controller.abort(), 200);
const error = await fit;
console.log(JSON.stringify([error.code, error.given]));
await c.close();
`;
    const all = await printedBy(aborted, { ranks: 2, launcher });
    expect(all).toEqual([
      ['ERR_ABORTED', 'on rank 1: an abort'],
      ['ERR_ABORTED', 'on rank 1: an abort'],
    ]);
  });

  it('end with an error where a rank dies in the middle of a fit', async () => {
    const dying = `
import { cluster } from 'steepest/cluster';
import { LogisticRegression } from 'steepest';
const c = await cluster({ timeoutMs: 15_000 });
const rows = 40_000;
const x = { data: Float64Array.from({ length: rows * 10 }, (_, i) => Math.sin(i + c.rank)), shape: [rows, 10] };
const y = Array.from({ length: rows }, (_, i) => i % 2);
if (c.rank === 1) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);
await new LogisticRegression({ solver: 'lbfgs', tol: 1e-300, maxIter: 1e6 }).fit(x, y, { cluster: c });
await c.close();
`;
    const { code, timedOut } = await launch(dying, { ranks: 2, launcher });
    expect(timedOut).toBe(false);
    expect(code).not.toBe(0);
  });
});
