// Web workers for libraries that look for them: Node.js has none of its own, and @jax-js/jax
// computes on one thread without.
import os from 'node:os';
import { Worker as Thread } from 'node:worker_threads';

/** What a worker of a page finds: postMessage, and onmessage with the data. */
const SCOPE = `
const { parentPort } = require('node:worker_threads');
globalThis.self = globalThis;
globalThis.postMessage = (message) => parentPort.postMessage(message);
parentPort.on('message', (data) => globalThis.onmessage({ data }));
`;

/** Sources by the address that they were given. */
const sources = new Map();

class Source {
  constructor(parts) {
    this.text = parts.join('');
  }
}

class WebWorker {
  #thread;

  constructor(url) {
    this.#thread = new Thread(SCOPE + sources.get(url), { eval: true });
    this.#thread.on('message', (data) => this.onmessage?.({ data }));
    this.#thread.on('error', (error) => this.onerror?.(error));
  }

  postMessage(message) {
    this.#thread.postMessage(message);
  }
}

/** Gives this process `Worker`, on as many threads as there are cores. */
export function provideWebWorkers() {
  const threads = os.availableParallelism();
  Object.defineProperty(globalThis, 'navigator', { value: { hardwareConcurrency: threads } });
  globalThis.Blob = Source;
  URL.createObjectURL = (source) => {
    const url = `blob:${sources.size}`;
    sources.set(url, source.text);
    return url;
  };
  URL.revokeObjectURL = () => {};
  globalThis.Worker = WebWorker;
}
