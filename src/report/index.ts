/** The entry `steepest/report`: charts, for pages, notebooks and servers. */

export type { ReportImportance, ReportOptions, ReportRows } from './options.js';
export * as plots from './plots/index.js';
export { report, writeReport } from './report.js';
