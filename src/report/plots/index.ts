/** Charts, each as the text of one SVG. */

export { type HistoryInput, learningCurve } from './learningCurve.js';
export type { PlotOptions } from './options.js';
