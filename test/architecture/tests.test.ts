import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const TEST = fileURLToPath(new URL('..', import.meta.url));
const folderOf = (file: string): string => file.split('/')[0]!;

/** Files of test/ with their folder, and what each imports of other files there. */
const files = readdirSync(TEST, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.[cm]?[jt]s$/.test(file) && file.includes('/'));

function importsOf(file: string): string[] {
  const text = readFileSync(join(TEST, file), 'utf8');
  return [...text.matchAll(/(?:from|import|import\(|require\()\s*'(\.[^']+)'/g)]
    .map(([, name]) => relative(TEST, join(TEST, dirname(file), name!)).replaceAll('\\', '/'))
    .filter((target) => !target.startsWith('..'));
}

describe('the tests', () => {
  it('share helpers by support/ alone', () => {
    expect(files.length).toBeGreaterThan(100);
    const foreign = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => ![folderOf(file), 'support', 'fixtures'].includes(folderOf(target)))
        .map((target) => `${file} imports ${target}: move it to test/support`),
    );
    expect(foreign).toEqual([]);
  });

  it('keep in support/ only what several folders use', () => {
    const users = new Map(
      files.filter((file) => folderOf(file) === 'support').map((file) => [file, new Set<string>()]),
    );
    /** Through other helpers too. */
    const note = (helper: string, user: string): void => {
      users.get(helper)?.add(user);
      for (const target of importsOf(helper)) if (folderOf(target) === 'support') note(ts(target), user);
    };
    const ts = (target: string): string => target.replace(/\.js$/, '.ts');
    for (const file of files.filter((name) => folderOf(name) !== 'support')) {
      for (const target of importsOf(file)) {
        if (folderOf(target) === 'support') note(ts(target), folderOf(file));
      }
    }
    expect(users.size).toBeGreaterThan(5);
    const lonely = [...users].filter(([, folders]) => folders.size < 2).map(([file]) => file);
    expect(lonely).toEqual([]);
  });

  it('are all in README.md, and so are the helpers', () => {
    const readme = readFileSync(join(TEST, 'README.md'), 'utf8');
    const folders = [...new Set(files.map(folderOf))].filter((name) => !readme.includes(`\`${name}/`));
    expect(folders).toEqual([]);
    const helpers = files.filter((file) => folderOf(file) === 'support' && !readme.includes(`\`${file}\``));
    expect(helpers).toEqual([]);
    const named = [...readme.matchAll(/`([\w-]+\/[\w*/-]+)(\.test)?(\.ts)?`/g)].map(([, path]) => path!);
    const exists = (path: string): boolean => {
      const pattern = new RegExp(`^${path.replace('*', '.*')}(\\.test)?(\\.ts)?$`);
      return path.endsWith('/')
        ? files.some((file) => file.startsWith(path))
        : files.some((file) => pattern.test(file));
    };
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !exists(path) && path !== 'steepest/kernels')).toEqual([]);
  });
});
