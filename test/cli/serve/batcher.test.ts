import { describe, expect, it } from 'vitest';
import { Batcher, type BatchReport } from '#steepest/cli/serve/batch/batcher.js';
import type { Job } from '#steepest/cli/serve/batch/job.js';
import { RowReader, type Rows } from '#steepest/cli/serve/model/rows.js';
import type { Answers, Served } from '#steepest/cli/serve/model/served.js';

const doubled = (rows: Rows): Answers => {
  const numbers = 'numbers' in rows ? Array.from(rows.numbers) : [];
  if (numbers.includes(13)) throw new TypeError('a fault');
  return { predictions: numbers.map((number) => String(2 * number)), probabilities: undefined };
};

/** A model of one column whose slow predictions end when the test says so. */
function slowModel(): { served: Served; finish: () => void } {
  let ends: (() => void)[] = [];
  const served: Served = {
    reader: new RowReader({
      names: undefined,
      types: ['number'],
      imageShape: undefined,
      takesGaps: false,
      isFloat32: false,
    }),
    info: {
      type: 'Slow',
      text: '',
      task: 'regression',
      classes: undefined,
      whyNoProbabilities: 'none',
      outputs: undefined,
    },
    predictSync: doubled,
    predict: async (rows) => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return doubled(rows);
    },
  };
  const finish = (): void => {
    for (const end of ends) end();
    ends = [];
  };
  return { served, finish };
}

/** What is answered to a request of these numbers. */
function asked(
  batcher: Batcher,
  served: Served,
  numbers: number[],
  more: Partial<Job> = {},
): Promise<string | { code?: string; message: string }> {
  return new Promise((resolve) => {
    batcher.add({
      served,
      rows: { count: numbers.length, numbers: Float64Array.from(numbers) },
      proba: false,
      isOne: numbers.length === 1,
      begun: 0,
      deadline: Number.POSITIVE_INFINITY,
      isGone: () => false,
      resolve,
      reject: (error) => resolve(error as { message: string }),
      ...more,
    });
  });
}

const text = (numbers: number[]): string =>
  numbers.length === 1
    ? `{"prediction":${2 * numbers[0]!}}\n`
    : `{"predictions":[${numbers.map((n) => 2 * n).join(',')}]}\n`;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function batcher(limits: { maxQueue?: number; maxBatch?: number } = {}): [Batcher, BatchReport[]] {
  const reports: BatchReport[] = [];
  return [new Batcher({ maxQueue: 100, maxBatch: 8, ...limits }, (report) => reports.push(report)), reports];
}

describe('requests become batches', () => {
  it('what comes in one turn of the event loop is one batch, up to the most rows', async () => {
    const [batches, reports] = batcher();
    const { served } = slowModel();
    const all = [[1], [2, 3], [4, 5, 6], [7, 8, 9], [10]];
    const answers = await Promise.all(all.map((numbers) => asked(batches, served, numbers)));
    expect(answers).toEqual(all.map(text));
    expect(reports.map(({ requests, rows, way }) => [requests, rows, way])).toEqual([
      [3, 6, 'sync'],
      [2, 4, 'sync'],
    ]);
    expect(batches.length).toBe(0);
  });

  it('what comes while a prediction runs is the next batch', async () => {
    const [batches, reports] = batcher();
    const { served, finish } = slowModel();
    batches.expect(served, 3);
    const first = [1, 2, 3].map((number) => asked(batches, served, [number]));
    await turn();
    const next: Promise<unknown>[] = [];
    for (let number = 4; number <= 8; number++) {
      next.push(asked(batches, served, [number]));
      await turn();
    }
    expect(reports).toEqual([]);
    finish();
    expect(await Promise.all(first)).toEqual([[1], [2], [3]].map(text));
    while (reports.length < 2) {
      finish();
      await turn();
    }
    expect(await Promise.all(next)).toEqual([[4], [5], [6], [7], [8]].map(text));
    expect(reports.map(({ requests, way }) => [requests, way])).toEqual([
      [3, 'async'],
      [5, 'async'],
    ]);
  });

  it('a large request holds up no small one', async () => {
    const [batches, reports] = batcher();
    const { served, finish } = slowModel();
    const numbers = Array.from({ length: 9 }, (_, i) => i);
    const large = asked(batches, served, numbers);
    await turn();
    expect(await asked(batches, served, [5])).toBe(text([5]));
    expect(batches.length).toBe(1);
    finish();
    expect(await large).toBe(text(numbers));
    await turn();
    expect(reports.map(({ way }) => way)).toEqual(['sync', 'async']);
  });

  it('each request is answered by the model that it came to', async () => {
    const [batches, reports] = batcher();
    const [one, two] = [slowModel().served, slowModel().served];
    await Promise.all([one, one, two, one].map((served, i) => asked(batches, served, [i])));
    expect(reports.map(({ requests }) => requests)).toEqual([2, 1, 1]);
  });

  it('a fault fails the request that causes it', async () => {
    const [batches] = batcher();
    const { served } = slowModel();
    const answers = await Promise.all([[1], [12, 13], [2]].map((numbers) => asked(batches, served, numbers)));
    expect([answers[0], answers[2]]).toEqual([text([1]), text([2])]);
    expect(answers[1]).toMatchObject({ message: 'a fault' });
    expect(batches.length).toBe(0);
  });

  it('nobody waits for requests whose client has gone or whose time is over', async () => {
    const [batches, reports] = batcher();
    const { served } = slowModel();
    void asked(batches, served, [1], { isGone: () => true });
    const late = await asked(batches, served, [2], { deadline: performance.now() - 1 });
    expect(late).toMatchObject({ code: 'ERR_OVERLOADED', status: 503 });
    expect(reports).toEqual([]);
    expect(batches.length).toBe(0);
  });

  it('a full queue takes no more', async () => {
    const [batches] = batcher({ maxQueue: 2 });
    const { served } = slowModel();
    const all = [asked(batches, served, [1]), asked(batches, served, [2])];
    await expect(asked(batches, served, [3])).rejects.toMatchObject({ status: 503 });
    await Promise.all(all);
    expect(await asked(batches, served, [3])).toBe(text([3]));
  });
});
