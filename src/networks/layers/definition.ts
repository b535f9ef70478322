import type { Node } from '../../program/node.js';

/**
 * The fields of every layer's configuration. It is plain data and is saved with the model
 * unchanged.
 */
export interface LayerConfig {
  type: string;
  /** Unique within the model; by default the type and a number. */
  name?: string;
  /** Shape of one sample; on the first layer only. */
  inputShape?: readonly number[];
}

/** The position of a layer in its model. */
export interface LayerContext {
  name: string;
  /** Shape of one sample. */
  inputShape: readonly number[];
  /** Number of elements of one sample. */
  inputCols: number;
  /** The model's seed. */
  seed: number;
  /** Position in the model, from 0: also the layer's random stream. */
  index: number;
  /** Whether training changes the layer's parameters. */
  trainable: boolean;
  /** Factor of the learning rate for its parameters. */
  learningRateScale: number;
}

/** The definition of a layer type. One file per layer type, one line in the registry. */
export interface LayerDefinition<C extends LayerConfig = LayerConfig> {
  readonly type: C['type'];
  /**
   * Fills in defaults and checks every value.
   * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`.
   */
  complete(config: C): C;
  /**
   * Shape of one sample of the output.
   * @throws SteepestError `ERR_SHAPE` for an input that the layer cannot accept, naming the layer
   */
  outputShape(config: C, context: Pick<LayerContext, 'name' | 'inputShape'>): number[];
  /** The primitive nodes that the layer computes, in order. `config` is complete. */
  lower(config: C, context: LayerContext): Node[];
}
