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
  [
    'Exchange',
    /^networks\/exchange\/|^networks\/models\/(from[A-Z]\w+|onnx)\.ts$|^estimators\/(onnx|sklearn)\//,
  ],
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

/**
 * The groups in the order of the sidebar, each with what it is about and the pages that say more.
 * @type {readonly { title: string, about: string }[]}
 */
export const groups = [
  {
    title: 'Networks',
    about:
      'Models of layers: compile, fit, evaluate, predict, save. Guide: [networks](/networks.md). All ' +
      '[activations](/networks.md#activations) and [metrics](/networks.md#metrics) by name.',
  },
  {
    title: 'Layers',
    about: 'What networks are made of. [All layers with their options](/networks.md#layers).',
  },
  { title: 'Losses', about: 'What a fit minimises. [All losses with their options](/networks.md#losses).' },
  {
    title: 'Optimizers and schedules',
    about:
      'How a fit takes its steps. [All optimizers](/networks.md#optimizers), ' +
      '[all learning rates](/networks.md#learning-rates).',
  },
  {
    title: 'Initializers and constraints',
    about:
      'Where parameters begin and what they may become. [All initializers](/networks.md#initializers), ' +
      '[all constraints](/networks.md#constraints).',
  },
  {
    title: 'Callbacks',
    about: 'What happens during a fit. [All callbacks with their options](/networks.md#callbacks).',
  },
  {
    title: 'Estimators',
    about:
      'What learns from tables, as in scikit-learn. Guides: [estimators](/estimators.md), ' +
      '[linear models](/linear-models.md).',
  },
  {
    title: 'Preprocessing',
    about:
      'Scalers, encoders, imputers, pipelines, choice of columns. Guide: [preprocessing](/preprocessing.md).',
  },
  {
    title: 'Selection',
    about: 'Cross-validation, search, calibration, importance. Guide: [selection](/selection.md).',
  },
  {
    title: 'Metrics',
    about: 'Scores of predictions, as `metrics.NAME`. Guide: [scores](/selection.md#scores).',
  },
  {
    title: 'Data',
    about:
      'Tables and files, as `data.NAME`. Guides: [reading data](/data.md), [tables](/tables.md), [streams](/streams.md).',
  },
  { title: 'Exchange', about: 'Models of other programs, both ways. Guide: [exchange](/exchange.md).' },
  { title: 'Report', about: 'Pages and charts about a model, from `steepest/report`.' },
  {
    title: 'Threads and kernels',
    about: 'How many threads all calls share, and which kernels run. Guide: [threads](/threads.md).',
  },
  {
    title: 'Kernels',
    about:
      'Single kernels on plain typed arrays, from `steepest/kernels`. ' +
      'Guide: [matrix products on threads](/threads.md#matrix-products-on-threads).',
  },
  {
    title: 'Arrays and errors',
    about: 'What all others take, return and throw. Reference: [errors](/errors.md).',
  },
];

/** @param {string} file relative to src/ */
export const groupOf = (file) => GROUPS.find(([, files]) => files.test(file))[0];

/** Part of an address: `Optimizers and schedules` becomes `optimizers-and-schedules`. */
export const slugOf = (title) => title.toLowerCase().replaceAll(' ', '-');
