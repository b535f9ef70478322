import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, TIMEOUT, writePictures } from './run.js';

/** Images of each kind that a page shows at most. */
const MOST = 40;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-networks-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs an example and reads the page that it writes. */
async function pageOf(name: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const out = join(folder, 'pages', `${name}.html`);
  const printed = await run(name, [...args, '--out', out], env);
  expect(printed).toContain(`${name}.html`);
  return { printed, page: await readFile(out, 'utf8') };
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Of the held-out images, in per cent. */
const accuracyOf = (printed: string): number =>
  Number(/held-out images: .*accuracy ([\d.]+) %/.exec(printed)![1]);

const lossOf = (printed: string): number => Number(/held-out images: loss ([\d.]+)/.exec(printed)![1]);

interface Expected {
  tests: number;
  /** The most: early stopping may end training before. */
  epochs: number;
  filters: number;
}

/** The page shows what was printed, and needs no other file. */
function checkPage(printed: string, page: string, { tests, epochs, filters }: Expected): void {
  const accuracy = accuracyOf(printed);
  const mistakes = Number(/([\d,]+) wrong/.exec(printed)![1]);
  expect(accuracy).toBeCloseTo(100 * (1 - mistakes / tests), 1);
  expect(page).toContain(`Wrong: ${mistakes} of ${tests}`);
  expect(count(page, /<image /g)).toBe(Math.min(MOST, tests) + Math.min(MOST, mistakes) + filters);
  expect(count(page, / href="data:image\/png;base64,/g)).toBe(count(page, /<image /g));
  const ran = Number(/(\d+) epochs in/.exec(printed)![1]);
  expect(ran).toBeLessThanOrEqual(epochs);
  expect(count(page, /<title>epoch \d+\nloss: training /g)).toBe(ran);
  expect(count(page, /<rect class="wrong"/g)).toBeGreaterThanOrEqual(Math.min(MOST, mistakes));
  expect(page).toContain('prefers-color-scheme: dark');
  const names = page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '');
  expect(names).not.toMatch(/https?:|<script|<link|NaN|undefined/);
}

/** Pixels of the first PNG of a page: its only IDAT chunk, without the filter byte of each row. */
function firstPicture(page: string, [height, width, channels]: readonly [number, number, number]): Buffer {
  const png = Buffer.from(/base64,([^"]+)"/.exec(page)![1]!, 'base64');
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width, height]);
  const at = png.indexOf('IDAT', 0, 'latin1');
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  const stride = width * channels + 1;
  expect(rows.length).toBe(height * stride);
  return Buffer.concat(
    Array.from({ length: height }, (_, h) => rows.subarray(h * stride + 1, (h + 1) * stride)),
  );
}

describe('a small CNN on digits', () => {
  it(
    'reads the digits of examples/data',
    async () => {
      const { printed, page } = await pageOf('mnist-cnn', ['--rows', '160', '--epochs', '4']);
      expect(printed).toContain('160 digits to train on, 160 held out');
      // Chance is 10 %.
      expect(accuracyOf(printed)).toBeGreaterThan(50);
      checkPage(printed, page, { tests: 160, epochs: 4, filters: 16 });
    },
    TIMEOUT,
  );

  it(
    'learns the same on TypeScript kernels',
    async () => {
      const sizes = ['--rows', '32', '--epochs', '2'];
      const losses = [];
      for (const env of [{}, { STEEPEST_BACKEND: 'typescript' }]) {
        const { printed, page } = await pageOf('mnist-cnn', sizes, env);
        checkPage(printed, page, { tests: 32, epochs: 2, filters: 16 });
        losses.push(lossOf(printed));
      }
      expect(losses[1]).toBeCloseTo(losses[0]!, 2);
    },
    TIMEOUT,
  );

  it(
    "reads MNIST's files",
    async () => {
      await writePictures(folder, 'train', 200);
      const pixels = await writePictures(folder, 't10k', 20);
      const { printed, page } = await pageOf('mnist-cnn', ['--data', folder, '--epochs', '12']);
      expect(printed).toContain('MNIST, 28 × 28 pixels: 200 digits to train on, 20 held out');
      checkPage(printed, page, { tests: 20, epochs: 12, filters: 16 });
      expect(firstPicture(page, [28, 28, 1])).toEqual(pixels.subarray(0, 784));
      expect(accuracyOf(printed)).toBe(100);
    },
    TIMEOUT,
  );
});

describe('seven layers on coloured images', () => {
  // The network above runs on the TypeScript kernels too; these
  // layers would take ten seconds on them, and prove no more.
  it(
    'tells painted figures apart',
    async () => {
      const { printed, page } = await pageOf('cifar-cnn', ['--rows', '16', '--epochs', '1']);
      expect(printed).toContain('16 to train on, 16 held out');
      checkPage(printed, page, { tests: 16, epochs: 1, filters: 32 });
    },
    TIMEOUT,
  );

  it(
    "reads CIFAR-10's files",
    async () => {
      // Records of a label and planes of red, green and blue: each class is one colour.
      const records = (rows: number) =>
        Buffer.concat(
          Array.from({ length: rows }, (_, r) => {
            const planes = [r % 10, 9 - (r % 10), r % 2].map((v) => Buffer.alloc(1024, 25 * v));
            return Buffer.concat([Buffer.of(r % 10), ...planes]);
          }),
        );
      await writeFile(join(folder, 'data_batch_1.bin'), records(80));
      await writeFile(join(folder, 'test_batch.bin'), records(11));
      const { printed, page } = await pageOf('cifar-cnn', ['--data', folder, '--epochs', '2', '--seed', '3']);
      expect(printed).toContain(
        'CIFAR-10, photographs of ten kinds, 32 × 32 pixels: 80 to train on, 11 held out',
      );
      checkPage(printed, page, { tests: 11, epochs: 2, filters: 32 });
      expect(page).toContain('airplane');
      expect([...firstPicture(page, [32, 32, 3]).subarray(0, 6)]).toEqual([0, 225, 0, 0, 225, 0]);
    },
    TIMEOUT,
  );
});
