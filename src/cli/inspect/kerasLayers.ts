import type { Fact, Table } from './inspection.js';
import { fields, items, textOf } from './json.js';

/** Hyperparameters that say a layer's size. */
const SIZES = ['units', 'filters', 'kernel_size', 'pool_size', 'rate', 'activation'] as const;

function layerRow(layer: unknown): Fact[] {
  const { class_name: type, config, name } = fields(layer);
  const own = fields(config);
  const sizes = SIZES.filter((key) => own[key] !== undefined && own[key] !== null).map((key) => {
    const value = own[key];
    const text = Array.isArray(value)
      ? value.join(' × ')
      : (textOf(value) ?? textOf(fields(value).class_name));
    return `${key} ${text ?? '…'}`;
  });
  return [textOf(own.name) ?? textOf(name) ?? '', textOf(type) ?? '', sizes.join(', ')];
}

/** The layers of a description of Keras, of a Sequential or Functional model. */
export function layersTable(description: Record<string, unknown>): Table {
  const { config } = description;
  const list = Array.isArray(config) ? config : items(fields(config).layers);
  return { name: 'layers', head: ['layer', 'class', 'options'], rows: list.map(layerRow) };
}
