import type { LayerConfig } from '../../../layers/definition.js';
import type { OnnxLayer } from '../definition.js';

/** A layer that only training computes: the graph, which predicts, has nothing of it. */
const onlyInTraining = (type: string): OnnxLayer<LayerConfig> => ({ type, write: (_config, x) => x });

export const dropout = onlyInTraining('dropout');
export const randomFlip = onlyInTraining('randomFlip');
export const randomTranslation = onlyInTraining('randomTranslation');
