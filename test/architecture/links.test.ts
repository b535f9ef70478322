import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Folders with pages for readers. What the docs site makes of them is checked when it is built. */
const FOLDERS = ['docs', 'scripts', 'bench', 'examples', 'native', 'test', '.github'];

const pages = [
  ...readdirSync(ROOT),
  ...FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  ),
].filter((file) => file.endsWith('.md') && !/node_modules|^docs.site/.test(file));

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');
const withoutCode = (text: string) => text.replace(/^```.*?^```/gms, '');

/** Where links and images lead, but for other sites: [path, the part after #]. */
function linksOf(page: string): [path: string, anchor: string][] {
  return [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)[^)]*\)/g)]
    .map((match) => match[1]!)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => [link.split('#')[0]!, link.split('#')[1] ?? '']);
}

/** The names by which a page's headings are linked to: as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...withoutCode(read(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Pages that only the site which shows the repository has: the forms for reports. */
const OF_THE_SITE = /^\.\.\/\.\.\/(security|issues)\//;

describe('links between pages and files', () => {
  it.each(pages)('%s', (page) => {
    const links = linksOf(page).filter(([path]) => !OF_THE_SITE.test(path));
    const broken = links.filter(([path]) => !existsSync(join(ROOT, dirname(page), path)));
    expect(broken).toEqual([]);
    const lost = links.filter(([path, anchor]) => {
      const target = path === '' ? page : join(dirname(page), path);
      return anchor !== '' && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
    });
    expect(lost).toEqual([]);
  });
});

describe("README's links", () => {
  // npm shows README alone, and puts the repository's address and /blob/HEAD/ before each relative
  // link; so a link has to be relative to the root, and an image would have to be absolute.
  it('lead to the same place on the repository page and on npm', () => {
    const links = linksOf('README.md').filter(([path]) => path !== '');
    expect(links.length).toBeGreaterThan(10);
    for (const [path] of links) expect(posix.normalize(path)).toBe(path);
    expect(links.filter(([path]) => /^(\/|\.\.)/.test(path))).toEqual([]);
    expect(read('README.md')).not.toMatch(/!\[[^\]]*\]\((?!https:)|\b(?:src|srcset)="(?!https:)|<a /);
  });

  it('show pictures that are in the repository', () => {
    const pictures = [...read('README.md').matchAll(/\/raw\/HEAD\/([^"\s)]+)/g)].map(([, path]) => path!);
    expect(pictures.length).toBeGreaterThan(1);
    expect(pictures.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
