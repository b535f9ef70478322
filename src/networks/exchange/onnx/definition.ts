import type { LayerConfig } from '../../layers/definition.js';
import type { Flow } from './flow.js';
import type { LayerSite } from './layerSite.js';

/** How a type of layer is written as ONNX. One file per layer type, one line in the registry. */
export interface OnnxLayer<C extends LayerConfig = LayerConfig> {
  readonly type: C['type'];
  /**
   * Adds the nodes that compute what the layer predicts. `config` is complete.
   * @returns what flows out of it
   */
  write(config: C, x: Flow, site: LayerSite): Flow;
}
