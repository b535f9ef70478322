export type { Category } from './categories.js';
export type { ImputeStrategy } from './fillers.js';
export { LabelEncoder } from './labelEncoder.js';
export { MinMaxScaler, type MinMaxScalerParams } from './minMaxScaler.js';
export { OneHotEncoder } from './oneHotEncoder.js';
export type { OneHotEncoderParams } from './oneHotParams.js';
export { PolynomialFeatures, type PolynomialFeaturesParams } from './polynomialFeatures.js';
export { SimpleImputer, type SimpleImputerParams } from './simpleImputer.js';
export { StandardScaler, type StandardScalerParams } from './standardScaler.js';
