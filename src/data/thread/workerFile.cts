import path = require('node:path');

/** The compiled thread that reads: one file, found as that of the threads that compute (src/parallel/workerFile.cts). */
export const readerFile: string = path.join(__dirname, '../../../bundle/cjs/reader.js');
