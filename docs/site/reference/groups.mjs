// The groups of the API reference: where a name stands follows from the file that defines it.

/**
 * The first pattern that fits a source file, relative to src/, decides.
 * @type {readonly (readonly [title: string, files: RegExp])[]}
 */
const GROUPS = [
  ['Layers', /^networks\/layers\//],
  ['Losses', /^networks\/losses\//],
  ['Optimizers and schedules', /^networks\/(optimizers|schedules)\/|^networks\/models\/schedules/],
  ['Initializers and constraints', /^networks\/(initializers|constraints)\//],
  ['Callbacks', /^networks\/callbacks\//],
  ['Exchange', /^networks\/exchange\/|\/(from(Keras|Onnx|Tfjs|Sklearn)|onnx|options)\.ts$(?<=(onnx|models|sklearn)\/.*)/],
  ['Networks', /^networks\/|^kernels\/activations/],
  ['Data', /^data\//],
  ['Metrics', /^metrics\//],
  ['Report', /^report\//],
  ['Preprocessing', /^estimators\/(preprocessing|composition|featureSelection)\//],
  ['Selection', /^estimators\/(selection|calibration)\//],
  ['Estimators', /^estimators\//],
  ['Kernels', /^kernels\/calls\//],
  ['Threads and kernels', /^(parallel|kernels)\//],
  ['Arrays and errors', /./],
];

/** The order of the groups in the sidebar. */
export const groupTitles = [
  'Networks',
  'Layers',
  'Losses',
  'Optimizers and schedules',
  'Initializers and constraints',
  'Callbacks',
  'Estimators',
  'Preprocessing',
  'Selection',
  'Metrics',
  'Data',
  'Exchange',
  'Report',
  'Threads and kernels',
  'Kernels',
  'Arrays and errors',
];

/** @param {string} file relative to src/ */
export const groupOf = (file) => GROUPS.find(([, files]) => files.test(file))[0];

/** Part of an address: `Optimizers and schedules` becomes `optimizers-and-schedules`. */
export const slugOf = (title) => title.toLowerCase().replaceAll(' ', '-');
