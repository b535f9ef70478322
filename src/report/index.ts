/** The entry `steepest/report`: charts, for pages, notebooks and servers. */

export * as plots from './plots/index.js';
