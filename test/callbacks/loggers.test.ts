import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import { type CallbackChoice, callbacks, data, type History, layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { sessionOf } from '../support/callbackSession.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const x = Array.from({ length: 24 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a, b]) => [2 * a! - b!]);
const build = (learningRate = 0.1) =>
  sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [2] })] }).compile({
    loss: 'meanSquaredError',
    metrics: ['mae'],
    optimizer: { name: 'sgd', learningRate },
  });
const OPTIONS = { epochs: 5, batchSize: 4, validationSplit: 0.25 };
const content = (path: string): Promise<string> => readFile(path, 'utf8');
const NAMES = ['loss', 'mae', 'valLoss', 'valMae'];

describe('csvLogger', () => {
  it('writes the history, as csv-parse and data.csv read it', async () => {
    const path = files.path('new/folder/epochs.csv');
    const { history } = await build().fit(x, y, { ...OPTIONS, callbacks: callbacks.csvLogger({ path }) });
    const rows = parse(await content(path), { columns: true, cast: true }) as Record<string, number>[];
    expect(Object.keys(rows[0]!)).toEqual(['epoch', ...NAMES]);
    expect(rows.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    for (const name of NAMES) expect(rows.map((row) => row[name])).toEqual(history[name]);
    const table = await data.csv(path).table();
    expect([...(table.column('loss') as Iterable<number>)]).toEqual(history.loss);
  });

  it('has each row in the file when its epoch ends, wherever it stands in the list', async () => {
    const path = files.path('each.csv');
    const lines: number[] = [];
    const onEpochEnd = async (): Promise<void> => {
      lines.push((await content(path)).split('\n').length - 2);
    };
    const logger = callbacks.csvLogger({ path: pathToFileURL(path) });
    await build().fit(x, y, { ...OPTIONS, callbacks: [logger, { onEpochEnd }] });
    expect(lines).toEqual([1, 2, 3, 4, 5]);
  });

  it('leaves cells of validation empty in epochs without', async () => {
    const path = files.path('freq.csv');
    const logger = callbacks.csvLogger({ path, separator: ';' });
    await build().fit(x, y, { ...OPTIONS, validationFreq: 2, callbacks: logger });
    const rows = (await content(path)).trimEnd().split('\n');
    expect(rows[0]).toBe(`epoch;${NAMES.join(';')}`);
    expect(rows.slice(1).map((row) => /^\d;[^;]+;[^;]+;;$/.test(row))).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(rows.every((row) => row.split(';').length === 5)).toBe(true);
  });

  it('replaces an old file, or appends to it', async () => {
    const path = await files.write('something else\n', 'old.csv');
    const write = (append: boolean) =>
      build().fit(x, y, { ...OPTIONS, epochs: 2, callbacks: callbacks.csvLogger({ path, append }) });
    await write(false);
    const once = await content(path);
    await write(true);
    expect(await content(path)).toBe(once + once.slice(once.indexOf('\n') + 1));
    await write(false);
    expect(await content(path)).toBe(once);
  });

  const HEAD = `epoch,${NAMES.join(',')}\n`;
  it.each([
    ['nothing', '', HEAD],
    ['a head', HEAD, HEAD],
    ['a head without its end', HEAD.trimEnd(), HEAD],
    ['a row', `${HEAD}0,1,2,3,4\n`, `${HEAD}0,1,2,3,4\n`],
    ['a whole row without its end', `${HEAD}0,1,2,3,4`, `${HEAD}0,1,2,3,4\n`],
    ['half a row', `${HEAD}0,1,2,3,4\n1,0.5`, `${HEAD}0,1,2,3,4\n`],
    ['a byte order mark and Windows line ends', `\uFEFF${HEAD.trimEnd()}\r\n0,1,2,3,4\r\n`, undefined],
  ])('appends to %s', async (_, old, kept = old) => {
    const path = await files.write(old, 'append.csv');
    await build().fit(x, y, {
      ...OPTIONS,
      epochs: 1,
      callbacks: callbacks.csvLogger({ path, append: true }),
    });
    const now = await content(path);
    expect(now.startsWith(kept)).toBe(true);
    expect(now.slice(kept.length)).toMatch(/^0(,\d\.\d+){4}\n$/);
  });

  it('refuses to append to other columns, before training', async () => {
    const path = await files.write('epoch,loss\n0,1\n', 'other.csv');
    const model = build();
    const before = model.getWeights();
    const logger = callbacks.csvLogger({ path, append: true });
    await expect(model.fit(x, y, { ...OPTIONS, callbacks: logger })).rejects.toEqual(
      refused('ERR_DATA_FILE', 'other.csv', 'epoch,loss,mae', "'epoch,loss'", 'leave append out'),
    );
    expect(model.getWeights()).toEqual(before);
    expect(await content(path)).toBe('epoch,loss\n0,1\n');
  });

  it.each(['', ',,', '.', '1', '-', 'e', '"', '\n', "'", 5, null])(
    'refuses the separator %j',
    (separator) => {
      expect(() => callbacks.csvLogger({ path: 'a.csv', separator: separator as string })).toThrow(
        refused('ERR_ARGUMENT', 'csvLogger.separator', 'one character'),
      );
    },
  );

  it('takes no unknown option', () => {
    const make = callbacks.csvLogger as (options: object) => unknown;
    expect(() => make({ filename: 'a.csv' })).toThrow(refused('ERR_UNKNOWN_NAME', "Did you mean 'path'?"));
    expect(() => make({ path: 'a', delimiter: ';' })).toThrow(
      refused('ERR_UNKNOWN_NAME', "mean 'separator'?"),
    );
    expect(() => make({})).toThrow(refused('ERR_ARGUMENT', 'csvLogger.path'));
    expect(() => make({ path: 'https://a/b.csv' })).toThrow(refused('ERR_ARGUMENT', 'csvLogger.path'));
  });
});

describe('jsonLogger', () => {
  it('writes the history, line by line', async () => {
    const path = files.path('lines/epochs.jsonl');
    const { history } = await build().fit(x, y, { ...OPTIONS, callbacks: callbacks.jsonLogger({ path }) });
    const text = await content(path);
    expect(text.endsWith('\n')).toBe(true);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, number>);
    expect(lines).toEqual(
      history.loss.map((_, epoch) => ({
        epoch,
        step: 5 * (epoch + 1),
        ...Object.fromEntries(NAMES.map((name) => [name, history[name]![epoch]])),
      })),
    );
  });

  it.each([
    ['{"a":1}\n{"b":', '{"a":1}\n'],
    ['{"a":1}\n{"b":2}', '{"a":1}\n{"b":2}\n'],
    ['', ''],
  ])('appends to %j', async (old, kept) => {
    const path = await files.write(old, 'append.jsonl');
    await build().fit(x, y, {
      ...OPTIONS,
      epochs: 1,
      callbacks: callbacks.jsonLogger({ path, append: true }),
    });
    const now = await content(path);
    expect(now.startsWith(kept)).toBe(true);
    expect(JSON.parse(now.slice(kept.length))).toMatchObject({ epoch: 0, step: 5 });
  });

  it('writes what is not finite as null', async () => {
    const path = files.path('nan.jsonl');
    const session = sessionOf(callbacks.jsonLogger({ path }), ['loss']);
    await session.begin();
    await session.epoch(0, { loss: Number.NaN, other: 1 / 0 });
    expect(await content(path)).toBe('{"epoch":0,"step":1,"loss":null,"other":null}\n');
  });
});

describe('learningRateLogger', () => {
  it('adds the rate to history, logs and tables, wherever it stands in the list', async () => {
    const path = files.path('rates.csv');
    const seen: (number | undefined)[] = [];
    const { history } = await build(0.05).fit(x, y, {
      ...OPTIONS,
      callbacks: [
        { onEpochEnd: ({ logs }) => void seen.push(logs.learningRate) },
        callbacks.csvLogger({ path }),
        callbacks.learningRateLogger(),
      ],
    });
    const rates = [0.05, 0.05, 0.05, 0.05, 0.05];
    expect(history.learningRate).toEqual(rates);
    expect(seen).toEqual(rates);
    const rows = parse(await content(path), { columns: true, cast: true }) as Record<string, number>[];
    expect(rows.map(({ learningRate }) => learningRate)).toEqual(rates);
  });

  it('adds the rate of the last step, of a schedule or set by a callback', async () => {
    const model = sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [2] })] });
    const learningRate = { schedule: 'polynomial', from: 0.1, to: 0, steps: 40 } as const;
    model.compile({ loss: 'meanSquaredError', optimizer: { name: 'sgd', learningRate } });
    const onEpochEnd = ({ epoch }: { epoch: number }): void => {
      if (epoch === 3) model.learningRate = 0.5;
    };
    const { history } = await model.fit(x, y, {
      ...OPTIONS,
      callbacks: [{ onEpochEnd }, callbacks.learningRateLogger()],
    });
    // Five steps per epoch: the last ones are steps 4, 9, 14, 19 from 0.
    const scheduled = [4, 9, 14, 19].map((step) => 0.1 * (1 - step / 40));
    const rates = history.learningRate!;
    expect(rates).toHaveLength(5);
    scheduled.forEach((rate, epoch) => {
      expect(rates[epoch]).toBeCloseTo(rate, 14);
    });
    expect(rates[4]).toBe(0.5);
  });
});

describe('files of logs', () => {
  const makers: Record<string, (path: string) => CallbackChoice> = {
    csvLogger: (path) => callbacks.csvLogger({ path }),
    jsonLogger: (path) => callbacks.jsonLogger({ path }),
    tensorBoard: (path) => callbacks.tensorBoard({ folder: path }),
  };

  it.each(Object.entries(makers))(
    '%s: a path that cannot be written is an error, before training',
    async (_, make) => {
      const file = await files.write('', 'in-the-way');
      const model = build();
      const before = model.getWeights();
      const fit = model.fit(x, y, { ...OPTIONS, callbacks: make(`${file}/deeper/log`) });
      await expect(fit).rejects.toEqual(refused('ERR_DATA_FILE', 'to make the folder', 'in-the-way'));
      expect(model.getWeights()).toEqual(before);
    },
  );

  it('keep all rows of a fit that ends in any way', async () => {
    const rows = async (path: string): Promise<number> =>
      (await content(path)).trimEnd().split('\n').length - 1;
    const path = files.path('ends.csv');
    const logger = callbacks.csvLogger({ path });
    const abort = new AbortController();
    const onEpochEnd = ({ epoch }: { epoch: number }): void => {
      if (epoch === 2) abort.abort();
    };
    const aborted = build().fit(x, y, {
      ...OPTIONS,
      callbacks: [logger, { onEpochEnd }],
      signal: abort.signal,
    });
    await expect(aborted).rejects.toEqual(refused('ERR_ABORTED'));
    expect(await rows(path)).toBe(3);
    const diverged = build(50).fit(x, y, { ...OPTIONS, epochs: 1000, callbacks: logger });
    const error = await diverged.catch((reason: unknown) => reason);
    expect(error).toEqual(refused('ERR_DIVERGED'));
    expect(await rows(path)).toBe((error as { history: History }).history.loss.length);
  });

  it('an error while training leaves the model what it has learned, and the history', async () => {
    const folder = files.path('removed');
    await mkdir(folder);
    const model = build();
    const before = model.getWeights();
    const onEpochEnd = async ({ epoch }: { epoch: number }): Promise<void> => {
      if (epoch === 1) await rm(folder, { recursive: true });
    };
    const logger = callbacks.csvLogger({ path: `${folder}/log.csv` });
    const error = await model
      .fit(x, y, { ...OPTIONS, callbacks: [logger, { onEpochEnd }] })
      .catch((reason: unknown) => reason);
    expect(error).toEqual(refused('ERR_DATA_FILE', 'to write to', 'log.csv', 'ENOENT'));
    expect((error as { history: History }).history.loss).toHaveLength(3);
    const again = build();
    await again.fit(x, y, { ...OPTIONS, epochs: 3 });
    expect(model.getWeights()).toEqual(again.getWeights());
    expect(model.getWeights()).not.toEqual(before);
  });

  it.each(['csvLogger', 'jsonLogger'] as const)(
    '%s: a resumed fit goes on where its checkpoint was',
    async (name) => {
      const epoch = (n: number) => ({ loss: 1 / (n + 1), mae: n / 3 });
      const choice = (path: string) => callbacks[name]({ path });
      const whole = files.path(`whole-${name}`);
      const first = sessionOf(choice(whole), ['loss', 'mae']);
      await first.begin();
      for (let n = 0; n < 6; n++) await first.epoch(n, epoch(n));

      for (const tail of ['', '5,0.1', '{"epoch"']) {
        const path = files.path(`resumed-${name}`);
        const killed = sessionOf(choice(path), ['loss', 'mae']);
        await killed.begin();
        for (let n = 0; n < 3; n++) await killed.epoch(n, epoch(n));
        const saved = JSON.parse(JSON.stringify(killed.state())) as unknown;
        for (let n = 3; n < 5; n++) await killed.epoch(n, epoch(n));
        await writeFile(path, tail, { flag: 'a' });
        const resumed = sessionOf(choice(path), ['loss', 'mae']);
        resumed.restore(saved);
        await resumed.begin();
        for (let n = 3; n < 6; n++) await resumed.epoch(n, epoch(n));
        expect(await content(path)).toBe(await content(whole));
      }
      expect((await readdir(files.path('.'))).filter((file) => file.endsWith('.tmp'))).toEqual([]);
    },
  );
});
