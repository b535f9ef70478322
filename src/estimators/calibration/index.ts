export {
  CalibratedClassifierCV,
  type CalibratedClassifierCVParams,
  type CalibrationFitOptions,
} from './calibratedClassifierCV.js';
export { type CalibrationCurve, type CalibrationCurveOptions, calibrationCurve } from './calibrationCurve.js';
export type { CalibrationMethod } from './calibrator.js';
export { FixedThresholdClassifier, type FixedThresholdClassifierParams } from './fixedThresholdClassifier.js';
export type { ResponseMethod } from './responses.js';
export {
  type ThresholdFitOptions,
  type ThresholdResults,
  TunedThresholdClassifierCV,
  type TunedThresholdClassifierCVParams,
} from './tunedThresholdClassifierCV.js';
