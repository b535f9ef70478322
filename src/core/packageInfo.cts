import path = require('node:path');

/** This package's folder, which lies at the same distance from every build. */
export const packageFolder: string = path.join(__dirname, '../../..');

/** This package's version, from its package.json. */
export const version: string = (require('../../../package.json') as { version: string }).version;
