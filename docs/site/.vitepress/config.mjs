import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { repositoryOf } from '../../../scripts/release/repository.mjs';
import { slugify } from '../links.mjs';
import { headerPlugin, linkPlugin, mathPlugin } from '../markdown.mjs';
import { pages } from '../pages.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { owner } = repositoryOf(manifest);
const repository = `https://github.com/${owner}/${manifest.name}`;

const titleOf = (name) => /^# (.+)$/m.exec(readFileSync(join(root, 'docs', `${name}.md`), 'utf8'))[1];

const guides = pages.map(({ text, pages: names }) => ({
  text,
  items: names.map((name) => ({ text: titleOf(name), link: `/${name}` })),
}));
/** Groups of the reference; a page shows the names of its own group only. */
const groups = JSON.parse(readFileSync(join(root, 'docs/site/api/sidebar.json'), 'utf8'));
const reference = (open) => [
  { text: 'API reference', link: '/api/' },
  ...groups.map(({ text, link, items }) => (link === open ? { text, link, items } : { text, link })),
];

/** In which folder of the repository a page's links begin; the reference's pages have their own. */
function fromOf({ relativePath }) {
  // The search index takes the file's own path, pages the one that is written.
  const page = relativePath.replace(/^site\//, '');
  if (page === 'index.md') return '';
  return page.startsWith('api/') ? undefined : 'docs';
}

const base = process.env.DOCS_BASE ?? '/';

export default defineConfig({
  title: manifest.name,
  description: manifest.description,
  lang: 'en',
  base,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }]],
  srcDir: '..',
  outDir: 'dist',
  cacheDir: '.cache',
  srcExclude: ['site/!(api|index.md)/**', 'site/README.md'],
  rewrites: { 'site/index.md': 'index.md', 'site/api/:rest*': 'api/:rest*' },
  lastUpdated: false,
  markdown: {
    anchor: { slugify },
    toc: { slugify },
    headers: false,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(md) {
      mathPlugin(md);
      headerPlugin(md);
      linkPlugin(md, fromOf, { root, repository });
    },
  },
  vite: { publicDir: join(root, 'docs/site/public'), server: { fs: { allow: [root] } } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guides', link: '/quick-start' },
      { text: 'API', link: '/api/' },
      { text: 'Benchmarks', link: '/benchmarks' },
      { text: 'GitHub', link: repository },
    ],
    sidebar: {
      ...Object.fromEntries(groups.map(({ link }) => [link, reference(link)])),
      '/api/': reference(),
      '/': guides,
    },
    footer: { message: `steepest ${manifest.version}, MIT licence` },
  },
});
