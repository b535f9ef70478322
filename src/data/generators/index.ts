export { type Blobs, type BlobsOptions, makeBlobs } from './makeBlobs.js';
export { type ClassificationOptions, makeClassification } from './makeClassification.js';
export { type MoonsOptions, makeMoons } from './makeMoons.js';
export { makeRegression, type Regression, type RegressionOptions } from './makeRegression.js';
