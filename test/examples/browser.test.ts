import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { servePage } from '../../examples/browser/serve.mjs';
import { temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();

// That a browser runs it is a step of `npm run verify`.
it('the page of the example browser serves its files, and nothing else', async () => {
  for (const name of ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm'])
    await files.write(Buffer.from(name), name);
  const model = Uint8Array.of(8, 8, 18);
  const rest = { samples: [{ digit: 3 }], about: 'words', images: { grid: 8, digit: 8 } };
  const server = servePage({ model, ...rest, runtime: files.path('') }).listen(0, 'localhost');
  await once(server, 'listening');
  const get = (path: string) => fetch(`http://localhost:${(server.address() as AddressInfo).port}${path}`);
  const html = await (await get('/')).text();
  const page = await (await get('/page.mjs')).text();
  const named = [
    ...[...html.matchAll(/(?:src|href)="([\w./]+)"/g)].map(([, path]) => `/${path}`),
    ...[...page.matchAll(/(?:from |fetch\(|create\()'([^']+)'/g)].map(([, path]) =>
      path!.replace(/^\.?\/?/, '/'),
    ),
    ...[...page.matchAll(/wasm: '([^']+)'/g)].map(([, path]) => path!),
  ];
  expect(named.sort()).toEqual([
    '/model.onnx',
    '/ort/ort-wasm-simd-threaded.wasm',
    '/ort/ort.wasm.bundle.min.mjs',
    '/page.css',
    '/page.mjs',
    '/pixels.mjs',
    '/samples.json',
  ]);
  for (const path of named) expect([path, (await get(path)).status]).toEqual([path, 200]);
  expect(new Uint8Array(await (await get('/model.onnx')).arrayBuffer())).toEqual(model);
  expect(await (await get('/samples.json')).json()).toEqual(rest);
  expect((await get('/ort/ort-wasm-simd-threaded.wasm')).headers.get('content-type')).toBe(
    'application/wasm',
  );
  for (const path of ['/serve.mjs', '/ort/x', '/../package.json']) expect((await get(path)).status).toBe(404);
  server.close();
});
