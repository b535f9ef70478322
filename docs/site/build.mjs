// npm run docs: writes the API reference, builds the site into docs/site/dist and looks for links
// that lead nowhere.
//   npm run docs -- --serve             builds, then shows the site; pages reload while you edit
//   npm run docs -- --base /steepest/   for a site in a folder of its host
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Installs what builds the site, unless it is there as the lock file says. */
function install() {
  const [lock, done] = ['package-lock.json', 'node_modules/installed.json'].map((file) => join(here, file));
  if (existsSync(done) && readFileSync(done, 'utf8') === readFileSync(lock, 'utf8')) return;
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('npm ci failed in docs/site');
  copyFileSync(lock, done);
}

async function main() {
  const { values } = parseArgs({
    options: {
      serve: { type: 'boolean', default: false },
      base: { type: 'string', default: '/' },
      port: { type: 'string', default: '4173' },
    },
  });
  install();
  const { writeReference } = await import('./reference/write.mjs');
  const names = await writeReference();
  process.env.DOCS_BASE = values.base;
  const { build, createServer } = await import('vitepress');
  if (values.serve) {
    const server = await createServer(here, { port: Number(values.port) });
    await server.listen();
    server.printUrls();
    return;
  }
  await build(here);
  const { checkSite } = await import('./check.mjs');
  const { pages, links } = checkSite(join(here, 'dist'), values.base);
  console.log(`${pages} pages, ${names} names, ${links} links: docs/site/dist`);
}

await main();
