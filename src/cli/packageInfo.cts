/** This package's version, from its package.json, which lies at the same distance from every build. */
export const version: string = (require('../../../package.json') as { version: string }).version;
