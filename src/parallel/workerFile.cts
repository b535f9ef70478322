import path = require('node:path');

/** The compiled worker beside this file; a CommonJS file, because `__dirname` means the same in both builds. */
export const workerFile: string = path.join(__dirname, 'worker.js');
