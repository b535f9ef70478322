import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as steepest from 'steepest';
import { activationNames, lossNames, metricNames, optimizerNames } from 'steepest';
import * as kernels from 'steepest/kernels';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/trackedFiles.js';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** CONTRIBUTING.md's "Adding things". */
const [, chapter = ''] = /^## Adding things\n(.*?)^## /ms.exec(read('CONTRIBUTING.md')) ?? [];

/** What stands between backticks and begins with a folder of the repository. */
const paths = [...chapter.matchAll(/`((?:src|native|test|scripts|docs)\/[^`\s]*)`/g)].map(
  ([, path]) => path!,
);

/** Whether a path leads somewhere; NAME and <family> stand for any name. */
function exists(path: string): boolean {
  const parts = path.replace(/\/$/, '').split('/');
  const last = parts
    .pop()!
    .replaceAll('.', '\\.')
    .replaceAll(/NAME|<\w+>/g, '[\\w-]+');
  try {
    return readdirSync(join(ROOT, ...parts)).some((name) => new RegExp(`^${last}$`).test(name));
  } catch {
    return false;
  }
}

describe('the tables of what to touch', () => {
  it('name files that there are', () => {
    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter((path) => !exists(path))).toEqual([]);
  });

  it('know a path that leads nowhere', () => {
    const wrong = ['src/networks/layers/NAME.js', 'test/none/', 'src/none/NAME.ts'];
    expect(wrong.filter(exists)).toEqual([]);
  });

  it.each([
    'a layer',
    'an activation',
    'a loss',
    'a constraint',
    'an optimizer',
    'a schedule',
    'a metric',
    'a callback',
    'an estimator',
    'a transformer',
    'a score',
  ])('have a row for %s', (thing) => {
    expect(chapter).toMatch(new RegExp(`^\\| ${thing}\\b.* \\|`, 'm'));
  });
});

/** Folders of definitions with a registry. */
const REGISTRIES = readdirSync(join(ROOT, 'src/networks'))
  .map((room) => `src/networks/${room}`)
  .filter((room) => existsSync(join(ROOT, room, 'index.ts')));

describe.each(REGISTRIES)('%s', (folder) => {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts'));

  it('has no definition that its registry forgets', () => {
    const imported = files.map((name) => read(`${folder}/${name}`)).join('\n');
    const unused = files.filter(
      (name) => name !== 'index.ts' && !imported.includes(`/${name.replace(/\.ts$/, '.js')}'`),
    );
    expect(files.length).toBeGreaterThan(3);
    expect(unused).toEqual([]);
  });
});

/** Names of what a folder's modules define: objects with a name, hyperparameters and their ranges. */
async function definedIn(room: string): Promise<string[]> {
  const files = readdirSync(join(ROOT, 'dist/esm/networks', room)).filter((name) => name.endsWith('.js'));
  const modules = await Promise.all(
    files.map((file) => import(`../../dist/esm/networks/${room}/${file}`) as Promise<object>),
  );
  const isDefinition = (value: unknown): value is { name: string } =>
    typeof value === 'object' && value !== null && 'name' in value && 'defaults' in value;
  return [...new Set(modules.flatMap((exported) => Object.values(exported).filter(isDefinition)))].map(
    ({ name }) => name,
  );
}

it.each([
  ['losses', lossNames],
  ['metrics', metricNames],
  ['optimizers', optimizerNames],
] as const)('%s are all registered', async (room, names) => {
  const defined = await definedIn(room);
  expect(defined.length).toBeGreaterThan(3);
  expect(defined.filter((name) => !(names as readonly string[]).includes(name))).toEqual([]);
});

describe('an activation', () => {
  const elementwise = activationNames.filter((name) => name !== 'softmax');
  const inCpp = elementwise.map((name) => `Activation::${name[0]!.toUpperCase()}${name.slice(1)}`);
  /** Tables with an entry for each, which the compiler cannot know to be complete. */
  const tables = readdirSync(join(ROOT, 'native/kernels'), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.inl'))
    .flatMap((name) =>
      [...read(`native/kernels/${name}`).matchAll(/(\w+)\[\] = \{([^;]*?Activation::[^;]*?)\};/g)].map(
        ([, table, entries]) => [`${name}: ${table}`, entries!] as const,
      ),
    );

  it('stands in tables of the native kernels', () => {
    expect(tables.map(([title]) => title)).toEqual(
      expect.arrayContaining([
        'elementwise/activation.inl: kActivationRows',
        'elementwise/activation.inl: kActivationBackwardRows',
        'convolution/conv_rows.inl: kActivateFloats',
      ]),
    );
  });

  it.each(tables)('%s has every one, in the order of their numbers', (_, entries) => {
    expect(entries.match(/Activation::\w+/g)).toEqual(inCpp);
  });
});

it('all that can be imported is used by the program that type-checks the package', () => {
  const program = read('scripts/verify/projects/types/api.ts');
  const { callbacks, data, layers, metrics } = steepest;
  const names = [steepest, kernels, callbacks, data, layers, metrics].flatMap((one) => Object.keys(one));
  expect(names.length).toBeGreaterThan(80);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(program))).toEqual([]);
});
