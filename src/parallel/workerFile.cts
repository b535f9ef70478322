import path = require('node:path');

/**
 * The compiled worker. Both builds start the CommonJS one: Piscina loads a worker with `require` first, which loads an
 * ES module only by a detour that is slower and, on Node 20, fragile. (This file is CommonJS in both builds because
 * `__dirname` then means the same.)
 */
export const workerFile: string = path.join(__dirname, '../../cjs/parallel/worker.js');
