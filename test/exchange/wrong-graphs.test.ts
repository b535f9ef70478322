import * as steepest from 'steepest';
import { describe, expect, it } from 'vitest';
import { atOnce } from '#steepest/core/inParts.js';
import { decoding } from '#steepest/io/onnx/decode.js';
import type { OnnxAttribute, OnnxModel, OnnxNode } from '#steepest/io/onnx/messages.js';
import type { Samples } from '../../scripts/exchange/networks.mjs';
import { networkCases } from '../../scripts/exchange/networks.mjs';
import { evaluateOnnx } from '../support/onnx/evaluate.js';

/** A graph with one fault, and what is wrong with it: of an operator, of one kind. */
interface Fault {
  what: string;
  make(model: OnnxModel): void;
}

/** Other values of an attribute: each number of it changed alone. */
function otherValues({ type, value }: OnnxAttribute): { part: string; value: unknown }[] {
  if (type === 'int') return [{ part: '', value: value === 0 ? 1 : value - 1 }];
  if (type === 'float') return [{ part: '', value: value * 1.5 + 0.1 }];
  if (type !== 'ints') return [];
  return value.map((_, at) => ({
    part: `[${at}]`,
    value: value.map((one, i) => (i === at ? one + 1 : one)),
  }));
}

function attributeFaults({ opType, attributes }: OnnxNode, at: number): Fault[] {
  return [...attributes].flatMap(([name, attribute]) =>
    otherValues(attribute).map(({ part, value }) => ({
      what: `${opType}.${name}${part}`,
      make: ({ graph }) =>
        void graph.nodes[at]!.attributes.set(name, { ...attribute, value } as OnnxAttribute),
    })),
  );
}

/** Constants with their numbers in another order, or one number changed. */
function constantFaults({ opType, inputs }: OnnxNode, model: OnnxModel): Fault[] {
  return inputs.flatMap((name, at) => {
    const constant = model.graph.initializers.findIndex((one) => one.name === name);
    if (constant < 0) return [];
    const make = ({ graph }: OnnxModel): void => {
      const { data } = graph.initializers[constant]!;
      if (data.length > 1) data.reverse();
      else if (data instanceof BigInt64Array) data[0]! += 1n;
      else (data as Float32Array)[0]! += 0.25;
    };
    return [{ what: `constant ${at} of ${opType}`, make }];
  });
}

/** The node is left out: its first input is taken for its output. */
const missingNode = ({ opType, inputs, outputs }: OnnxNode, at: number): Fault => ({
  what: `no ${opType}`,
  make({ graph }) {
    graph.nodes.splice(at, 1);
    for (const node of graph.nodes) {
      node.inputs = node.inputs.map((name) => (name === outputs[0] ? inputs[0]! : name));
    }
    for (const output of graph.outputs) if (output.name === outputs[0]) output.name = inputs[0]!;
  },
});

const faultsOf = (model: OnnxModel): Fault[] =>
  model.graph.nodes.flatMap((node, at) => [
    ...attributeFaults(node, at),
    ...constantFaults(node, model),
    missingNode(node, at),
  ]);

/** All numbers that a graph returns; undefined if it is refused. */
function outputsOf(model: OnnxModel, input: Samples): unknown[] | undefined {
  try {
    return [...evaluateOnnx(model, { input }).values()].map(({ data }) => [...data]);
  } catch {
    return undefined;
  }
}

/** What training alone reads, and a node that only gives a value its name. */
const WITHOUT_EFFECT = ['BatchNormalization.momentum', 'no Identity'];

describe('a graph of a network that is wrong', () => {
  it('is refused or computes something else, whatever is wrong', () => {
    const seen = new Set<string>();
    const all = new Set<string>();
    for (const { model, options, x } of networkCases(steepest, 0)) {
      const graph = atOnce(decoding(model.toOnnx(options)));
      const faults = faultsOf(graph).filter(({ what }) => !seen.has(what));
      const input = x(3);
      const right = JSON.stringify(outputsOf(graph, input));
      for (const { what, make } of faults) {
        all.add(what);
        const wrong = structuredClone(graph);
        make(wrong);
        if (JSON.stringify(outputsOf(wrong, input)) !== right) seen.add(what);
      }
    }
    expect(all.size).toBeGreaterThan(80);
    expect([...all].filter((what) => !seen.has(what))).toEqual(WITHOUT_EFFECT);
  });
});
