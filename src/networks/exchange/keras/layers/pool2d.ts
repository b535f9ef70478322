import type {
  AveragePool2dConfig,
  GlobalAveragePool2dConfig,
  MaxPool2dConfig,
} from '../../../layers/pool2d.js';
import type { LayerForm, LayerReader, WrittenLayer } from '../form.js';
import { onlyChannelsLast, plain } from './shared.js';

type Pool2dConfig = MaxPool2dConfig | AveragePool2dConfig;

const write = (className: string, { poolSize, strides, padding }: Pool2dConfig): WrittenLayer[] => [
  {
    className,
    config: { pool_size: poolSize, strides, padding, data_format: 'channels_last' },
    weights: [],
  },
];

const reader =
  (type: string): LayerReader =>
  (fields, { name }) => {
    onlyChannelsLast(fields);
    const poolSize = fields.pair('pool_size', [2, 2]);
    const strides = fields.pair('strides', poolSize);
    return plain({ type, name, poolSize, strides, padding: fields.word('padding', 'valid') } as Pool2dConfig);
  };

export const maxPool2d: LayerForm<MaxPool2dConfig> = {
  type: 'maxPool2d',
  write: (config) => write('MaxPooling2D', config),
  readers: { MaxPooling2D: reader('maxPool2d') },
};

/** Windows count only the pixels inside the image, as here. */
export const averagePool2d: LayerForm<AveragePool2dConfig> = {
  type: 'averagePool2d',
  write: (config) => write('AveragePooling2D', config),
  readers: { AveragePooling2D: reader('averagePool2d') },
};

export const globalAveragePool2d: LayerForm<GlobalAveragePool2dConfig> = {
  type: 'globalAveragePool2d',
  write: () => [
    { className: 'GlobalAveragePooling2D', config: { data_format: 'channels_last' }, weights: [] },
  ],
  readers: {
    GlobalAveragePooling2D(fields, { name }) {
      onlyChannelsLast(fields);
      fields.only('keepdims', false);
      return plain({ type: 'globalAveragePool2d', name });
    },
  },
};
