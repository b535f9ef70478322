import type { Tensor } from './tensor.js';

/** The value of an attribute. */
export type AttributeValue = number | string | readonly number[] | readonly string[];

/** The attributes of a node, completed. */
export class Attributes {
  constructor(private readonly values: ReadonlyMap<string, AttributeValue>) {}

  number(name: string): number {
    const value = this.values.get(name);
    if (typeof value !== 'number') throw new Error(`no attribute ${name}`);
    return value;
  }

  numbers(name: string): readonly number[] {
    const value = this.values.get(name);
    if (!Array.isArray(value)) throw new Error(`no list as attribute ${name}`);
    return value as readonly number[];
  }

  /** An attribute that may be left out. */
  get(name: string): AttributeValue | undefined {
    return this.values.get(name);
  }
}

/** What the specification says of an operator, as far as models of this package use it. */
export interface Operator {
  /** Fewest and most inputs. */
  inputs: readonly [least: number, most: number];
  /** Attributes with their types, and their defaults if they have one. */
  attributes?: Readonly<Record<string, readonly [type: string, usual?: AttributeValue]>>;
  run(inputs: readonly (Tensor | undefined)[], attributes: Attributes): readonly Tensor[];
}

/** Operators of one domain by name. */
export type Operators = Readonly<Record<string, Operator>>;

/** An operator with one output, whose inputs are all given. */
export function operator(
  inputs: Operator['inputs'] | number,
  run: (inputs: readonly Tensor[], attributes: Attributes) => Tensor,
  attributes: NonNullable<Operator['attributes']> = {},
): Operator {
  const range = typeof inputs === 'number' ? ([inputs, inputs] as const) : inputs;
  return {
    inputs: range,
    attributes,
    run: (given, values) => {
      if (given.some((one) => one === undefined)) throw new Error('an input is left out');
      return [run(given as readonly Tensor[], values)];
    },
  };
}

/** @throws Error unless all tensors are of one of the types, and all of the same */
export function checkTypes(tensors: readonly Tensor[], types: readonly string[]): string {
  const [first] = tensors;
  const isGood = types.includes(first!.type) && tensors.every(({ type }) => type === first!.type);
  if (!isGood) throw new Error(`types ${tensors.map(({ type }) => type)}, expected one of ${types}`);
  return first!.type;
}

export const FLOATS = ['float', 'double'];
export const NUMBERS = [...FLOATS, 'int32', 'int64', 'uint8', 'int8'];
