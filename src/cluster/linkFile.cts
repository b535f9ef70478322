import path = require('node:path');

/** The compiled link thread: one file, found as that of the threads that compute (src/parallel/workerFile.cts). */
export const linkFile: string = path.join(__dirname, '../../bundle/cjs/link.js');
