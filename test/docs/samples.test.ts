import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Samples } from './samples.js';

const docs = readdirSync(fileURLToPath(new URL('../../docs', import.meta.url)));
const samples = new Samples([
  'README.md',
  ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
]);
afterAll(() => rmSync(samples.folder, { recursive: true }));

const rounded = (text: string): string =>
  text.replace(/\d+\.\d{6,}/g, (digits) => Number(digits).toPrecision(4));

const withSamples = [...samples.pages].filter(([, page]) => page.includes('\n```ts\n')).map(([path]) => path);

describe('the samples of README and docs', () => {
  let errors: string;
  beforeAll(async () => {
    errors = await samples.compile();
  });

  it('are found', () => {
    expect(withSamples.sort()).toEqual([
      'README.md',
      'docs/data.md',
      'docs/errors.md',
      'docs/estimators.md',
      'docs/exchange.md',
      'docs/linear-models.md',
      'docs/networks.md',
      'docs/preprocessing.md',
      'docs/selection.md',
      'docs/serving.md',
      'docs/streams.md',
      'docs/tables.md',
      'docs/threads.md',
    ]);
  });

  it('type-check, as strictly as can be', () => {
    expect(errors).toBe('');
  });

  it.concurrent.each(withSamples)('%s prints what it says', async (path) => {
    const { printed, said } = await samples.run(path);
    // Without native kernels the last digits are others.
    expect(rounded(printed)).toBe(rounded(said));
  });
});
