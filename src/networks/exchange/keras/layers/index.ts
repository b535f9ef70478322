import type { LayerConfig } from '../../../layers/definition.js';
import type { LayerForm, LayerReader } from '../form.js';
import { activation } from './activation.js';
import { randomCrop, randomFlip, randomTranslation } from './augmentation.js';
import { conv2d } from './conv2d.js';
import { dense } from './dense.js';
import { dropout } from './dropout.js';
import { batchNorm, layerNorm } from './norms.js';
import { averagePool2d, globalAveragePool2d, maxPool2d } from './pool2d.js';
import { prelu } from './prelu.js';
import { rescaling } from './rescaling.js';
import { flatten, reshape } from './reshape.js';

const FORMS = new Map<string, LayerForm>();
const READERS = new Map<string, LayerReader>();

function register<C extends LayerConfig>(form: LayerForm<C>): void {
  FORMS.set(form.type, form as unknown as LayerForm);
  for (const [className, reader] of Object.entries(form.readers)) READERS.set(className, reader);
}

/** The registry: one line per layer type. */
register(dense);
register(conv2d);
register(activation);
register(dropout);
register(rescaling);
register(randomFlip);
register(randomTranslation);
register(randomCrop);
register(maxPool2d);
register(averagePool2d);
register(globalAveragePool2d);
register(flatten);
register(reshape);
register(batchNorm);
register(layerNorm);
register(prelu);

/** Both directions of a layer type. Every type has one. */
export const formOf = (type: string): LayerForm => FORMS.get(type) as LayerForm;

/** The reader of one of Keras's classes. */
export const readerOf = (className: string): LayerReader | undefined => READERS.get(className);

/** The classes that can be read, for messages. */
export const readableClasses = (): string[] => [...READERS.keys()];
