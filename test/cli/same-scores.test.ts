import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data, metrics } from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { steepest } from './inProcess.js';

let home: string;
const at = (name: string): string => join(home, name);
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'steepest-scores-'));
});
afterAll(() => rmSync(home, { recursive: true }));

interface Said {
  name: string;
  title: string;
  value: number;
}

/** Rows in two groups of classes, or on a line with waves. */
const rowsOf = (count: number, from: number): number[][] =>
  Array.from({ length: count }, (_, i) => [Math.sin(3 * (i + from)), Math.cos(7 * (i + from))]);
const TARGETS = {
  classes: ([a, b]: number[]): number => Number(a! + b! / 3 > 0.2) + 10,
  three: ([a, b]: number[]): number => Number(a! > 0.4) + Number(b! > 0),
  numbers: ([a, b]: number[]): number => 3 * a! + b! ** 2,
} as const;

describe('scores', () => {
  it.each(Object.keys(TARGETS) as (keyof typeof TARGETS)[])(
    'of %s are the same, with the same names and digits, in train, evaluate and the report',
    async (kind) => {
      const [known, held] = [rowsOf(90, 0), rowsOf(40, 500)];
      const [y, truth] = [known, held].map((rows) => rows.map((row) => TARGETS[kind](row)));
      const array = (rows: number[][]) => ({ data: Float64Array.from(rows.flat()), shape: [rows.length, 2] });
      const list = (values: number[]) => ({ data: Float64Array.from(values), shape: [values.length] });
      await data.writeNpz(at('all.npz'), {
        x_train: array(known),
        y_train: list(y!),
        x_test: array(held),
        y_test: list(truth!),
      });
      await data.writeNpz(at('held.npz'), { x: array(held), y: list(truth!) });
      const train = ['train', at('all.npz'), '-o', at('m.st'), '-q', '--report', at('page.html')];
      const printed = await steepest(...train);
      expect(printed).toMatchObject({ status: 0 });
      const { scores } = JSON.parse((await steepest(...train, '--json')).stdout) as { scores: Said[] };
      const other = await steepest('evaluate', at('m.st'), at('held.npz'), '-t', 'y');
      const evaluated = JSON.parse(
        (await steepest('evaluate', at('m.st'), at('held.npz'), '-t', 'y', '--json')).stdout,
      ) as { scores: Said[] };
      const plain = (all: Said[]) => all.map(({ name, title, value }) => ({ name, title, value }));
      expect(plain(evaluated.scores)).toEqual(plain(scores));

      // Title and value of each line; the baselines learn from other rows.
      const lines = (text: string): string[] =>
        [...text.matchAll(/^(\S.*?) {2,}(\S.*?) {2,}.*(?:higher|lower)$/gm)].map(
          ([, title, value]) => `${title}: ${value}`,
        );
      const shown = lines(printed.stdout);
      expect(shown).toHaveLength(scores.length);
      expect(lines(other.stdout)).toEqual(shown);
      const page = readFileSync(at('page.html'), 'utf8');
      const cards = [...page.matchAll(/<h3>([^<]*)<\/h3><p class="value">([^<]*)<\/p>/g)].map(
        ([, title, value]) => `${title}: ${value!.replaceAll('\u00a0', ' ')}`,
      );
      expect(cards).toEqual(expect.arrayContaining(shown));

      const { predictions } = JSON.parse(
        (await steepest('predict', at('m.st'), at('held.npz'), '--json')).stdout,
      ) as { predictions: { prediction: number }[] };
      const guess = predictions.map(({ prediction }) => prediction);
      const byName = Object.fromEntries(scores.map(({ name, value }) => [name, value]));
      if (kind === 'numbers') {
        expect(Object.keys(byName)).toEqual(['r2', 'mae', 'rmse']);
        expect(byName.r2).toBeCloseTo(metrics.r2Score(truth!, guess), 12);
        expect(byName.mae).toBeCloseTo(metrics.meanAbsoluteError(truth!, guess), 12);
        return;
      }
      const areas = kind === 'classes' ? ['f1', 'rocAuc', 'averagePrecision'] : ['f1Macro', 'rocAucOvr'];
      expect(Object.keys(byName)).toEqual(['accuracy', 'balancedAccuracy', ...areas, 'logLoss']);
      expect(byName.accuracy).toBe(metrics.accuracyScore(truth!, guess));
      const f1 = kind === 'classes' ? { posLabel: 11 } : { average: 'macro' as const };
      expect(byName[areas[0]!]).toBeCloseTo(metrics.f1Score(truth!, guess, f1), 12);
    },
  );
});
