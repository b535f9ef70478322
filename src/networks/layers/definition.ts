import type { Node } from '../../program/node.js';

/** What every layer's configuration has; it is plain data and goes into saved models as it is. */
export interface LayerConfig {
  type: string;
  /** Unique within the model; made from the type and a number where left out. */
  name?: string;
  /** Shape of one sample, on the first layer only. */
  inputShape?: readonly number[];
}

/** Where a layer stands in its model. */
export interface LayerContext {
  name: string;
  /** Shape of one sample. */
  inputShape: readonly number[];
  /** Its number of elements. */
  inputCols: number;
  /** The model's seed. */
  seed: number;
  /** Position in the model, from 0: the random stream of the layer. */
  index: number;
}

/** Everything steepest knows of a type of layer. One file per layer, one line in the registry. */
export interface LayerDefinition<C extends LayerConfig = LayerConfig> {
  readonly type: C['type'];
  /**
   * Fills in defaults and checks every value.
   * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`.
   */
  complete(config: C): C;
  /**
   * Shape of one sample of the output.
   * @throws SteepestError `ERR_SHAPE` for an input that the layer cannot take, naming the layer
   */
  outputShape(config: C, context: Pick<LayerContext, 'name' | 'inputShape'>): number[];
  /** The primitive nodes that the layer computes, in order. `config` is complete. */
  lower(config: C, context: LayerContext): Node[];
}
