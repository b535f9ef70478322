import { availableParallelism } from 'node:os';
import * as steepest from 'steepest';
import * as kernels from 'steepest/kernels';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Example, examples, names, withoutExample } from './examples.js';
import { hovers } from './hovers.js';
import { entryNames, type PublicName } from './publicNames.js';
import { type Outcome, rounded, Samples } from './samples.js';

const samples = new Samples(new Map(examples.map(({ path, code }) => [path, code])));
afterAll(() => samples.remove());

/** Columns that an example has in a doc comment of a method. */
const MOST_COLUMNS = 95;

describe('public names', () => {
  it('are found in every entry', () => {
    const some = ['sequential', 'Sequential.fit', 'Sequential.save', 'Matrix.row', 'BaseEstimator.load'];
    const others = ['data.csv', 'metrics.r2Score', 'layers.dense', 'callbacks.ema', 'schedules.cosine'];
    const kernels = ['steepest/kernels: sgemm', 'steepest/kernels: SgemmOptions'];
    expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining([...some, ...others, ...kernels]));
  });

  it('are those that there are when a program runs', () => {
    const { callbacks, data, layers, metrics, schedules } = steepest;
    const objects = {
      '': steepest,
      'steepest/kernels: ': kernels,
      callbacks,
      data,
      layers,
      metrics,
      schedules,
    };
    const exported = Object.entries(objects).flatMap(([of, object]) =>
      Object.keys(object).map((name) => (/^\w+$/.test(of) ? `${of}.${name}` : of + name)),
    );
    const found = new Set(names.map(({ name }) => name));
    // Namespaces have no comment of their own.
    expect(exported.filter((name) => !found.has(name))).toEqual(['data', 'metrics']);
  });

  it('have a doc comment', () => {
    // One that begins with words, not with a tag.
    expect(names.filter(({ comment }) => !/^[^@]/.test(comment)).map(({ name }) => name)).toEqual([]);
  });

  it('have an example, each one', () => {
    expect(withoutExample()).toEqual([]);
  });
});

/** An expression that ends with a public name. */
function expressionFor({ name, kind, code }: PublicName): string {
  const [path, entry = 'steepest'] = name.split(': ').reverse() as [string, string?];
  const module = entry.replaceAll('/', '_');
  if (kind !== 'member') return `${module}.${path}`;
  const [method, ...of] = path.replace('BaseEstimator', 'Ridge').split('.').reverse();
  return [module, ...of.reverse(), ...(/^\s*static /.test(code) ? [] : ['prototype']), method].join('.');
}

describe('an editor', () => {
  it('shows the example of each value where its name is written', async () => {
    const values = names.filter(({ kind, comment }) => kind !== 'type' && comment.includes('@example'));
    const imports = entryNames.map((entry) => `import * as ${entry.replaceAll('/', '_')} from '${entry}';`);
    const shown = await hovers(samples.folder, [...imports, ...values.map(expressionFor)]);
    const isShown = ({ name }: PublicName, i: number) =>
      shown[imports.length + i]!.includes(examples.find((each) => each.name === name)?.code ?? name);
    expect(values.filter((each, i) => !isShown(each, i)).map(({ name }) => name)).toEqual([]);
  });
});

describe('examples', () => {
  let errors: string;
  beforeAll(async () => {
    errors = await samples.compile();
  });

  it('stand between ```ts and ```', () => {
    const count = ({ name }: PublicName) => examples.filter((each) => each.name === name).length;
    const tags = ({ comment }: PublicName) => (comment.match(/@example/g) ?? []).length;
    expect(names.filter((each) => count(each) !== tags(each)).map(({ name }) => name)).toEqual([]);
  });

  it('fit the page, and say what each console.log prints', () => {
    const wide = examples.filter(({ code }) => code.split('\n').some((line) => line.length > MOST_COLUMNS));
    expect(wide.map(({ title, source }) => `${source}: ${title}`)).toEqual([]);
    const silent = examples.filter(({ said }) => said.includes(''));
    expect(silent.map(({ title, source }) => `${source}: ${title}`)).toEqual([]);
  });

  it('type-check, as strictly as can be', () => {
    expect(errors).toBe('');
  });

  it.each(['native or what there is', 'typescript'])('print what they say, kernels: %s', async (kernels) => {
    const env = kernels === 'typescript' ? { STEEPEST_BACKEND: kernels } : {};
    // What lowers the priority of its process would lower that of all that follow.
    const isAlone = ({ code }: Example) => code.includes('giveWay()');
    const parts = Math.min(4, availableParallelism());
    const outcomes = new Map<string, Outcome>();
    const runPart = async (part: number) => {
      const own = examples.filter((each, i) => (isAlone(each) ? part === parts : i % parts === part));
      (
        await samples.run(
          own.map(({ path }) => path),
          env,
        )
      ).forEach((outcome, i) => {
        outcomes.set(own[i]!.path, outcome);
      });
    };
    await Promise.all(Array.from({ length: parts + 1 }, (_, part) => runPart(part)));
    const whole = examples.map(({ title, source, path, said }) => {
      const { printed, error } = outcomes.get(path)!;
      return {
        is: `${source}: ${title}\n${error ?? rounded(printed)}`,
        said: `${source}: ${title}\n${rounded(said.join(''))}`,
      };
    });
    const wrong = whole.filter(({ is, said }) => is !== said);
    expect(wrong.map(({ is }) => is).join('\n')).toBe(wrong.map(({ said }) => said).join('\n'));
  });
});
