import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { checkSite } from '../../docs/site/check.mjs';
import { imageFile, siteLink, slugify } from '../../docs/site/links.mjs';
import { pages } from '../../docs/site/pages.mjs';
import { groupOf, groups, slugOf } from '../../docs/site/reference/groups.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));

describe('the sidebar of the site', () => {
  const names = pages.flatMap((group) => group.pages);

  it('has every page of docs/ once, and no other', () => {
    expect(names.map((name) => `${name}.md`).sort()).toEqual(docs.sort());
  });

  it.each(docs)('%s begins with its title, which the sidebar shows', (name) => {
    expect(read(`docs/${name}`)).toMatch(/^# \S.*\n/);
  });
});

describe('the groups of the reference', () => {
  it('are all reached, and nothing else', () => {
    const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.ts'));
    const reached = new Set(files.map(groupOf));
    const titles = groups.map(({ title }) => title);
    expect([...reached].sort()).toEqual([...titles].sort());
    expect(new Set(titles.map(slugOf)).size).toBe(titles.length);
  });

  it.each([
    ['networks/losses/index.ts', 'Losses'],
    ['networks/models/schedules.ts', 'Optimizers and schedules'],
    ['networks/models/fromOnnx.ts', 'Exchange'],
    ['networks/models/fitOptions.ts', 'Networks'],
    ['estimators/sklearn/fromSklearn.ts', 'Exchange'],
    ['estimators/ridge.ts', 'Estimators'],
    ['estimators/selection/options.ts', 'Selection'],
    ['kernels/calls/sgemm.ts', 'Kernels'],
    ['core/errors.ts', 'Arrays and errors'],
  ])('%s is of %s', (file, group) => {
    expect(groupOf(file)).toBe(group);
  });

  it('say where more is, in pages and headings that exist', () => {
    const links = groups.flatMap(({ about }) => [...about.matchAll(/\]\(\/([\w-]+\.md)(?:#([\w-]+))?\)/g)]);
    expect(links.length).toBeGreaterThan(10);
    for (const [, page, anchor] of links) {
      const headings = [...read(`docs/${page}`).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
        slugify(heading!),
      );
      if (anchor !== undefined) expect(headings).toContain(anchor);
    }
  });
});

describe('a link of a page', () => {
  const site = { root: ROOT, repository: 'https://example.org/r' };
  it.each([
    ['networks.md#layers', 'docs', '/networks.md#layers'],
    ['docs/networks.md', '', '/networks.md'],
    ['../README.md', 'docs', '/'],
    ['#fit', 'docs', '#fit'],
    ['https://nodejs.org/', 'docs', 'https://nodejs.org/'],
    ['../examples/churn.mjs', 'docs', 'https://example.org/r/blob/HEAD/examples/churn.mjs'],
    ['scripts/verify', '', 'https://example.org/r/tree/HEAD/scripts/verify'],
    ['../../security/advisories/new', '', 'https://example.org/r/security/advisories/new'],
  ])('%s of %s/ leads to %s', (link, from, target) => {
    expect(siteLink(link, from, site)).toBe(target);
  });

  it.each([
    ['https://raw.githubusercontent.com/ada/r/HEAD/docs/a.svg', 'docs/a.svg'],
    ['https://github.com/ada/r/raw/HEAD/docs/a.svg', 'docs/a.svg'],
    ['https://example.org/a.svg', undefined],
    ['docs/a.svg', 'docs/a.svg'],
  ])('of an image, %s, is the file %s', (address, file) => {
    expect(imageFile(address, '', 'https://github.com/ada/r')).toBe(file);
  });

  it('that leads nowhere is an error', () => {
    expect(() => siteLink('../examples/none.mjs', 'docs', site)).toThrow('no file examples/none.mjs');
  });
});

describe('the check of a built site', () => {
  let folder: string;
  afterEach(() => rmSync(folder, { recursive: true }));
  const built = (files: Record<string, string>): string => {
    folder = mkdtempSync(join(tmpdir(), 'steepest-site-'));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    return folder;
  };
  const home = '<h1 id="top">x</h1><a class="a" href="/s/api/a.html#b">x</a><a href="#top">x</a>';

  it('accepts whole links', () => {
    const site = built({
      'index.html': home,
      'api/a.html': '<p id="b"><a href="/s/">x</a><a href="b.html">',
    });
    expect(() => checkSite(site, '/s/')).toThrow('api/a.html links to b.html');
    writeFileSync(join(site, 'api/b.html'), '<a href="https://nodejs.org/">x</a>');
    expect(checkSite(site, '/s/')).toEqual({ pages: 3, links: 4 });
  });

  it.each([
    ['a page that is not there', { 'index.html': '<a href="/none.html">' }, 'index.html links to /none.html'],
    [
      'a heading that is not there',
      { 'index.html': '<a href="#x">' },
      'index.html links to #x: no such heading',
    ],
    [
      'a script of another site',
      { 'index.html': '<script src="https://a.b/c.js">' },
      'loads https://a.b/c.js',
    ],
    ['a font of another site', { 'index.html': '<link rel="x" href="//a.b/c">' }, 'loads //a.b/c'],
    ['an image of another site', { 'index.html': '<img alt="" src="http://a.b/c">' }, 'loads http://a.b/c'],
    [
      'a style of another site',
      { 'a.css': 'p{background:url(https://a.b/c)}' },
      'a.css loads url(https://a.b/c)',
    ],
  ])('refuses %s', (_, files, said) => {
    expect(() => checkSite(built(files as unknown as Record<string, string>), '/')).toThrow(said);
  });
});
