/** Charts, each as the text of one SVG. */

export { type Bar, type BarGroup, type BarsOptions, bars } from './bars.js';
export { type CalibrationPlotOptions, calibration } from './calibration.js';
export type { ScoresPlotOptions } from './classScores.js';
export { type CoefficientsInput, type CoefficientsOptions, coefficients } from './coefficients.js';
export { type ConfusionMatrixPlotOptions, confusionMatrix } from './confusionMatrix.js';
export { type HistogramOptions, histogram } from './histogram.js';
export { type ImageCaption, type ImagesOptions, images } from './images.js';
export { type ImportanceInput, importance } from './importance.js';
export { type HistoryInput, learningCurve } from './learningCurve.js';
export type { PlotOptions } from './options.js';
export { precisionRecall } from './precisionRecall.js';
export { predictedActual } from './predictedActual.js';
export { residuals } from './residuals.js';
export { rocCurve } from './rocCurve.js';
export { type ScatterOptions, scatter } from './scatter.js';
