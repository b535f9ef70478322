import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLACEHOLDER, repositoryOf } from '../../scripts/release/repository.mjs';
import { ROOT, trackedFiles } from '../support/trackedFiles.js';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = JSON.parse(read('package.json'));

describe('what package.json says of the project', () => {
  const { owner, problems } = repositoryOf(manifest);

  it('names one repository in repository, homepage and bugs', () => {
    expect(problems).toEqual([]);
    expect(owner).toBeDefined();
  });

  it('is what every other file says', () => {
    // Addresses of this project's repository in pages, forms
    // and workflows, whatever the account in them.
    const pattern = new RegExp(`github\\.com/([\\w.-]+)/${manifest.name}\\b`, 'g');
    const others = trackedFiles()
      .filter((file) => /\.(md|ya?ml|json|[cm]?[jt]s)$/.test(file) && !file.startsWith('test/'))
      .flatMap((file) => [...read(file).matchAll(pattern)].map(([, account]) => `${file}: ${account}`))
      .filter((found) => !found.endsWith(`: ${owner}`));
    expect(others).toEqual([]);
  });

  it('has the licence and the author of LICENSE', () => {
    expect(read('LICENSE')).toContain(`${manifest.license} License`);
    expect(read('LICENSE')).toMatch(new RegExp(`Copyright \\(c\\) \\d{4} ${manifest.author}`));
  });

  it('has a version that CHANGELOG.md starts with', () => {
    expect(/^## (\S+)/m.exec(read('CHANGELOG.md'))?.[1]).toBe(manifest.version);
  });
});

describe('repositoryOf', () => {
  const account = (name: string) => ({
    name: 'steepest',
    repository: { url: `git+https://github.com/${name}/steepest.git` },
    homepage: `https://github.com/${name}/steepest#readme`,
    bugs: `https://github.com/${name}/steepest/issues`,
  });

  it('knows the owner, the placeholder too', () => {
    expect(repositoryOf(account('ada'))).toEqual({ owner: 'ada', problems: [] });
    expect(repositoryOf(account(PLACEHOLDER))).toEqual({ owner: PLACEHOLDER, problems: [] });
  });

  it.each([
    [
      'homepage',
      { homepage: account('eve').homepage },
      'homepage should be https://github.com/ada/steepest#readme',
    ],
    ['bugs', { bugs: account('eve').bugs }, 'bugs should be https://github.com/ada/steepest/issues'],
    ['bugs', { bugs: undefined }, 'not undefined'],
    ['the project', { name: 'other' }, 'the repository should be other, not steepest'],
    [
      'no repository',
      { repository: undefined },
      'repository.url should be git+https://github.com/<account>/steepest.git',
    ],
    ['another form', { repository: { url: 'github:ada/steepest' } }, 'not github:ada/steepest'],
  ])('says what is wrong with %s', (_what, change, said) => {
    const { problems } = repositoryOf({ ...account('ada'), ...change } as never);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(said);
  });
});

it('no example, benchmark or script looks for data by itself: all take --data DIR', () => {
  const files = trackedFiles().filter((file) => /^(examples|bench|scripts)\/.*\.(mjs|py|ts|md)$/.test(file));
  expect(files.length).toBeGreaterThan(50);
  // A folder above the checkout, or a variable that names one.
  const outside = /shared\W+data|STEEPEST_DATA/;
  expect(files.filter((file) => outside.test(read(file)))).toEqual([]);
});
