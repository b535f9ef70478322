import path = require('node:path');

/**
 * The compiled worker: one file, so that threads start quickly. It is CommonJS for ES modules too: Piscina loads a worker
 * with `require` first, and an ES module only by a detour that is slower and, on Node 20, fragile. (This file is CommonJS
 * in both builds because `__dirname` then means the same.)
 */
export const workerFile: string = path.join(__dirname, '../../bundle/cjs/worker.js');
