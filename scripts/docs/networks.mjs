// Writes the tables of docs/networks.md again: names, options and defaults come from the definitions.
//   npm run build:ts && node scripts/docs/networks.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { activationNames, callbackNames, initializerNames, layers, lossNames, metricNames, optimizerNames } from 'steepest';
import { completeActivation } from '#steepest/kernels/activations.js';
import { callbackOptions } from '#steepest/networks/callbacks/index.js';
import { layerOptions } from '#steepest/networks/layers/index.js';
import { resolveLoss } from '#steepest/networks/losses/index.js';
import { resolveMetrics } from '#steepest/networks/metrics/index.js';
import { fitOptionNames, resolveFitOptions } from '#steepest/networks/models/fitOptions.js';
import { resolveOptimizer } from '#steepest/networks/optimizers/index.js';
import { withTables } from './tables.mjs';

const PAGE = new URL('../../docs/networks.md', import.meta.url);

/** Options of layers that have to be given, with any value that is allowed. */
const REQUIRED = {
  dense: { units: 1 },
  dropout: { rate: 0.5 },
  activation: { activation: 'relu' },
  rescaling: { scale: 1 },
  randomTranslation: { heightFactor: 0.5, widthFactor: 0.5 },
  randomCrop: { height: 1, width: 1 },
  conv2d: { filters: 1, kernelSize: 1 },
  reshape: { targetShape: [1] },
};

/** What every layer has. */
const COMMON = ['type', 'name', 'inputShape'];

const optionsOf = (values) => Object.entries(values).map(([name, usual]) => ({ name, usual }));

function layerRow(name) {
  const required = REQUIRED[name] ?? {};
  const complete = layers[name](required);
  const options = layerOptions(name)
    .filter((option) => !COMMON.includes(option))
    .map((option) => ({ name: option, usual: plain(complete[option]), isRequired: option in required }));
  return { name, options };
}

/** The shortest form that a user would write of a completed value. */
function plain(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  if (fields.length === 1 && 'name' in value) return value.name;
  // No penalty.
  return fields.every(([, field]) => field === 0) ? undefined : value;
}

function activationRow(name) {
  const { name: _, ...options } = completeActivation('activation', name);
  return { name, options: optionsOf(options) };
}

const chosenRow = (name, { hyperparameters }) => ({ name, options: optionsOf(hyperparameters) });

/** A metric with its hyperparameters, for targets that it takes. */
function metricRow(name) {
  for (const targets of ['labels', 'matrix']) {
    try {
      return chosenRow(name, resolveMetrics([name], targets)[0]);
    } catch {
      // It takes other targets.
    }
  }
  throw new Error(`${name} takes no targets`);
}

/** The rows of each table. */
export const definitions = {
  layers: Object.keys(layers).map(layerRow),
  activations: activationNames.map(activationRow),
  initializers: initializerNames.map((name) => ({ name, options: [] })),
  optimizers: optimizerNames.map((name) => chosenRow(name, resolveOptimizer(name))),
  losses: lossNames.map((name) => chosenRow(name, resolveLoss(name))),
  metrics: metricNames.map(metricRow),
};

if (pathToFileURL(process.argv[1] ?? '').href === import.meta.url) {
  const path = fileURLToPath(PAGE);
  writeFileSync(path, withTables(readFileSync(path, 'utf8'), definitions));
}
