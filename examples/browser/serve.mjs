// Serves a page, a model in memory, and the files of onnxruntime-web that run it.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the page loads: the smallest build, for processors, and its WebAssembly. */
const RUNTIME_FILES = ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm'];

/** The folder of onnxruntime-web's files: in the working directory, or beside the page. */
export function findRuntime() {
  return [process.cwd(), fileURLToPath(new URL('.', import.meta.url))]
    .map((folder) => join(folder, 'node_modules', 'onnxruntime-web', 'dist'))
    .find((folder) => RUNTIME_FILES.every((file) => existsSync(join(folder, file))));
}

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css',
  mjs: 'text/javascript',
  json: 'application/json',
  wasm: 'application/wasm',
  onnx: 'application/octet-stream',
};

/**
 * A server for the page. Its model, samples and text are what was passed; only a few names are
 * answered.
 */
export function servePage({ model, runtime, ...rest }) {
  const files = new Map([
    ['/', ['html', () => readFileSync(new URL('./index.html', import.meta.url))]],
    ['/page.css', ['css', () => readFileSync(new URL('./page.css', import.meta.url))]],
    ['/page.mjs', ['mjs', () => readFileSync(new URL('./page.mjs', import.meta.url))]],
    ['/pixels.mjs', ['mjs', () => readFileSync(new URL('./pixels.mjs', import.meta.url))]],
    ['/model.onnx', ['onnx', () => model]],
    ['/samples.json', ['json', () => JSON.stringify(rest)]],
    ...RUNTIME_FILES.map((name) => [
      `/ort/${name}`,
      [name.split('.').at(-1), () => readFileSync(join(runtime, name))],
    ]),
  ]);
  return createServer((request, response) => {
    const found = request.method === 'GET' ? files.get(request.url.split('?', 1)[0]) : undefined;
    if (found === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('no such page\n');
      return;
    }
    const [type, read] = found;
    response.writeHead(200, { 'content-type': TYPES[type], 'cache-control': 'no-store' }).end(read());
  });
}
