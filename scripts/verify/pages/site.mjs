// Pages of the docs site of each kind: home, a guide with samples, wide tables, formulas, a list of
// the reference, a class and functions of it.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { builtSite } from '../lib/site.mjs';

const PAGES = {
  home: '',
  guide: 'networks.html',
  tables: 'benchmarks.html',
  formulas: 'math.html',
  migration: 'migration.html',
  names: 'api/estimators/index.html',
  class: 'api/networks/Sequential.html',
  functions: 'api/layers/layers.html',
};

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Serves a folder on a free port of this machine. */
async function serve(folder) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    if (!file.startsWith(folder) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  // It may still be there when a page was refused.
  server.unref();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

export async function sitePages() {
  const server = await serve(builtSite().dist);
  const address = `http://127.0.0.1:${server.address().port}/`;
  return Object.entries(PAGES).map(([name, path], i, all) => ({
    name: `site-${name}`,
    url: `${address}${path}`,
    alone: false,
    // Without JavaScript the pages show the same, but Chromium gives up loading the site's scripts,
    // which counts as a request that failed.
    plain: false,
    // The same frame is around every page.
    keyboard: i === 0,
    ...(i === all.length - 1 && { close: () => server.close() }),
  }));
}
