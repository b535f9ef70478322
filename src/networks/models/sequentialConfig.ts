import { type ResolvedModel, resolveModel } from '../compile/model.js';
import type { LayerConfig } from '../layers/definition.js';
import { checkOptionNames, type OptionNames, TO_COMPILE } from './optionNames.js';

/** What `sequential` takes: the layers and what is common to them, plain data. */
export interface SequentialConfig {
  /** Layers in order; the first has `inputShape`. */
  layers: readonly LayerConfig[];
  /** Whole number from 0 to 2³² − 1 that determines every random choice. Default 0. */
  seed?: number;
  /**
   * Names of the classes, all different: one for each output, or two for a single output (of 0 and
   * of 1). Then y may be class names for losses of classes, and `predictClasses` and `predictTop`
   * give names. They are saved with the model.
   */
  classes?: readonly string[];
  /**
   * Names of the input columns, in the order of the inputs, by which tables are read. By default
   * those of the first table that the model is trained on. They are saved with the model.
   */
  columns?: readonly string[];
}

const NAMES: OptionNames = {
  known: ['layers', 'seed', 'classes', 'columns'],
  aliases: {
    layer: 'layers',
    model: 'layers',
    randomState: 'seed',
    randomSeed: 'seed',
    classNames: 'classes',
    labels: 'classes',
    labelNames: 'classes',
    columnNames: 'columns',
    featureNames: 'columns',
    inputNames: 'columns',
  },
  elsewhere: { optimizer: TO_COMPILE, loss: TO_COMPILE, metrics: TO_COMPILE },
  example: 'Write sequential({ layers: [layers.dense({ units: 1, inputShape: [inputs] })] }).',
};

/**
 * Creates the model that a description defines. @throws SteepestError for any fault of the
 * description
 */
export function resolveConfig(config: SequentialConfig): ResolvedModel {
  checkOptionNames('sequential options', config, NAMES);
  const { seed = 0, layers, classes, columns } = config;
  const named = {
    ...(classes === undefined ? {} : { classes: classes as string[] }),
    ...(columns === undefined ? {} : { columns: columns as string[] }),
  };
  return resolveModel({ seed, layers: layers as LayerConfig[], ...named });
}
