import type { LayerConfig } from '../../layers/definition.js';
import type { OnnxLayer } from './definition.js';
import { activation } from './layers/activation.js';
import { conv2d } from './layers/conv2d.js';
import { dense } from './layers/dense.js';
import { dropout, randomFlip, randomTranslation } from './layers/identity.js';
import { batchNorm, layerNorm } from './layers/normalization.js';
import { averagePool2d, globalAveragePool2d, maxPool2d } from './layers/pool2d.js';
import { prelu } from './layers/prelu.js';
import { randomCrop } from './layers/randomCrop.js';
import { rescaling } from './layers/rescaling.js';
import { flatten, reshape } from './layers/reshape.js';

/** The registry: one line per layer type. */
const LAYERS = new Map<string, OnnxLayer>();
function register<C extends LayerConfig>(layer: OnnxLayer<C>): void {
  LAYERS.set(layer.type, layer as unknown as OnnxLayer);
}

register(dense);
register(conv2d);
register(activation);
register(prelu);
register(batchNorm);
register(layerNorm);
register(maxPool2d);
register(averagePool2d);
register(globalAveragePool2d);
register(flatten);
register(reshape);
register(rescaling);
register(randomCrop);
register(dropout);
register(randomFlip);
register(randomTranslation);

/** How a layer is written; undefined for a type that has no ONNX form. */
export const onnxLayer = (type: string): OnnxLayer | undefined => LAYERS.get(type);
