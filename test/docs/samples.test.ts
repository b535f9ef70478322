import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programOfPage, readPage, rounded, Samples, saidBehindPrints, saidInPage } from './samples.js';

const docs = readdirSync(fileURLToPath(new URL('../../docs', import.meta.url)));
const paths = ['README.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
const pages = new Map(paths.map((path) => [path, readPage(path)]));
const samples = new Samples(new Map([...pages].map(([path, page]) => [path, programOfPage(page)])));
afterAll(() => samples.remove());

const withSamples = [...pages].filter(([, page]) => page.includes('\n```ts\n')).map(([path]) => path);

describe('what a program says that it prints', () => {
  it('stands behind and below console.log, and nowhere else', () => {
    const code = `// first
f(1); // no
console.log(f(1)); // 2
if (a) {
  console.log(
    f('// 3'),
  );
  //   3
  // 4

  // no
}
console.log('none');
`;
    expect(saidBehindPrints(code).map(({ text }) => text)).toEqual(['2\n', '  3\n4\n', '']);
  });

  it('stands in blocks of text too, in the order of the page', () => {
    const page =
      '```ts\nconsole.log(1); // 1\nconsole.log(2);\n```\n\n```text\n2\n```\n\n```ts\nconsole.log(3);\n// 3\n```\n';
    expect(saidInPage(page)).toBe('1\n2\n3\n');
  });
});

describe('the samples of README and docs', () => {
  let errors: string;
  beforeAll(async () => {
    errors = await samples.compile();
  });

  it('are found', () => {
    expect(withSamples.sort()).toEqual([
      'README.md',
      'docs/charts.md',
      'docs/cluster.md',
      'docs/data.md',
      'docs/deployment.md',
      'docs/errors.md',
      'docs/estimators.md',
      'docs/exchange.md',
      'docs/images.md',
      'docs/linear-models.md',
      'docs/networks.md',
      'docs/preprocessing.md',
      'docs/quick-start.md',
      'docs/report.md',
      'docs/reproducibility.md',
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
    const [outcome] = await samples.run([path]);
    const said = saidInPage(pages.get(path)!);
    expect({ ...outcome!, printed: rounded(outcome!.printed) }).toEqual({ printed: rounded(said) });
  });
});
