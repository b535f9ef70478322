// Writes the tables of docs/networks.md again: names, options and defaults come from the definitions.
//   npm run build:ts && node scripts/docs/networks.mjs
// A new row has no words yet: write them into its last cell.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  activationNames,
  callbackNames,
  constraintNames,
  initializerNames,
  layers,
  lossNames,
  metricNames,
  optimizerNames,
  scheduleNames,
} from 'steepest';
import { completeActivation } from '#steepest/kernels/activations.js';
import { callbackOptions } from '#steepest/networks/callbacks/index.js';
import { completeConstraint } from '#steepest/networks/constraints/index.js';
import { completeInitializer } from '#steepest/networks/initializers/index.js';
import { layerOptions } from '#steepest/networks/layers/index.js';
import { resolveLoss } from '#steepest/networks/losses/index.js';
import { resolveMetrics } from '#steepest/networks/metrics/index.js';
import { fitOptionNames, resolveFitOptions } from '#steepest/networks/models/fitOptions.js';
import { resolveOptimizer } from '#steepest/networks/optimizers/index.js';
import { SCHEDULES } from '#steepest/networks/schedules/index.js';
import { withTables } from './tables.mjs';

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

/** What every layer has, or every layer with parameters. */
const OF_ALL_LAYERS = ['type', 'name', 'inputShape', 'trainable', 'learningRateScale'];

/** The shortest form in which a user would write a completed value. */
function plain(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  if (fields.length === 1 && 'name' in value) return value.name;
  // A penalty of nothing.
  return fields.every(([, field]) => field === 0) ? undefined : value;
}

const optionsOf = (values) => Object.entries(values).map(([name, usual]) => ({ name, usual: plain(usual) }));

/** A name whose completed form is the name, or an object with it and its options. */
function completedRow(name, complete) {
  const { name: _, ...options } = typeof complete === 'object' ? complete : {};
  return { name, options: optionsOf(options) };
}

function layerRow(name) {
  const required = REQUIRED[name] ?? {};
  const complete = layers[name](required);
  const own = layerOptions(name).filter((option) => !OF_ALL_LAYERS.includes(option));
  const options = own.map((option) => ({
    name: option,
    usual: plain(complete[option]),
    isRequired: option in required,
  }));
  return { name, options };
}

/** What every optimizer, or every metric, may have stands in a table or a sentence of its own. */
const OF_ALL = [...Object.keys(resolveOptimizer('sgd').hyperparameters), 'weighted'];

const chosenRow = (name, { hyperparameters }) => ({
  name,
  options: optionsOf(hyperparameters).filter(
    (option) => option.usual !== undefined || !OF_ALL.includes(option.name),
  ),
});

/** What every optimizer takes. */
const commonRows = () =>
  optionsOf(resolveOptimizer('sgd').hyperparameters)
    .filter(({ usual }) => usual === undefined)
    .map(({ name }) => ({ name, options: [] }));

/** A metric, for targets and outputs that it takes. */
function metricRow(name) {
  for (const [targets, outputs] of [
    ['labels', 10],
    ['matrix', 10],
    ['matrix', 1],
  ]) {
    try {
      return chosenRow(name, resolveMetrics([name], targets, outputs)[0]);
    } catch {
      // It takes others.
    }
  }
  throw new Error(`${name} takes neither class numbers nor rows`);
}

function scheduleRow(name) {
  const options = Object.entries(SCHEDULES[name].fields).map(([option, { usual }]) => ({
    name: option,
    usual: typeof usual === 'function' ? undefined : usual,
    isRequired: usual === undefined,
  }));
  return { name, options };
}

function callbackRow(name) {
  const options = Object.entries(callbackOptions(name)).map(([option, { usual, isRequired }]) => ({
    name: option,
    usual,
    isRequired,
  }));
  return { name, options };
}

/** Defaults of `fit`, where they do not depend on the data. */
const USUAL_OF_FIT = { ...resolveFitOptions({}), callbacks: undefined };

/** The rows of each table. */
export const definitions = {
  layers: Object.keys(layers).map(layerRow),
  activations: activationNames.map((name) => completedRow(name, completeActivation('activation', name))),
  initializers: initializerNames.map((name) => completedRow(name, completeInitializer('initializer', name))),
  constraints: constraintNames.map((name) => completedRow(name, completeConstraint('constraint', name, 2))),
  optimizers: optimizerNames.map((name) => chosenRow(name, resolveOptimizer(name))),
  optimizerOptions: commonRows(),
  schedules: scheduleNames.map(scheduleRow),
  losses: lossNames.map((name) => chosenRow(name, resolveLoss(name))),
  metrics: metricNames.map(metricRow),
  fit: fitOptionNames.map((name) => ({ name, usual: USUAL_OF_FIT[name] })),
  callbacks: callbackNames.map(callbackRow),
};

if (pathToFileURL(process.argv[1] ?? '').href === import.meta.url) {
  const path = fileURLToPath(new URL('../../docs/networks.md', import.meta.url));
  writeFileSync(path, withTables(readFileSync(path, 'utf8'), definitions));
}
