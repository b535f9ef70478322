import { describe, expect, it } from 'vitest';
import { int } from '#steepest/io/onnx/attributes.js';
import { OnnxBuilder } from '#steepest/io/onnx/graphBuilder.js';
import { onnxModel } from '#steepest/io/onnx/model.js';
import { evaluateOnnx } from '../../support/onnx/evaluate.js';

const scalar = (value: number) => ({ type: 'float', shape: [], data: Float32Array.of(value) }) as const;

/** A graph of one input, whose outputs `build` makes of it. */
function run(build: (builder: OnnxBuilder) => void): Record<string, number[]> {
  const builder = new OnnxBuilder('test');
  builder.input('x', 'float', ['N']);
  build(builder);
  const outputs = evaluateOnnx(onnxModel(builder.build()), { x: { shape: [3], data: [1, -2, 3] } });
  return Object.fromEntries([...outputs].map(([name, { data }]) => [name, [...(data as Float64Array)]]));
}

describe('OnnxBuilder', () => {
  it('gives equal hints different names', () => {
    const outputs = run((builder) => {
      const [two, three] = [builder.constant('k', scalar(2)), builder.constant('k', scalar(3))];
      expect([two, three]).toEqual(['k', 'k_2']);
      const doubled = builder.add('Mul', ['x', two], {}, { name: 'k' });
      expect(doubled).toBe('k_3');
      builder.output('y', 'float', ['N'], builder.add('Mul', [doubled, three]));
    });
    expect(outputs).toEqual({ y: [6, -12, 18] });
  });

  it('gives an output its name wherever the value is used', () => {
    const outputs = run((builder) => {
      const negative = builder.add('Neg', ['x']);
      const both = builder.add('Add', [negative, negative]);
      builder.output('a', 'float', ['N'], negative);
      builder.output('b', 'float', ['N'], both);
    });
    expect(outputs).toEqual({ a: [-1, 2, -3], b: [-2, 4, -6] });
  });

  it('gives another name to a value that has the name of an output', () => {
    const outputs = run((builder) => {
      const first = builder.add('Neg', ['x'], {}, { name: 'y' });
      builder.output('y', 'float', ['N'], builder.add('Relu', [first]));
    });
    expect(outputs).toEqual({ y: [0, 2, 0] });
  });

  it('copies an input, a constant and another output that are outputs', () => {
    const outputs = run((builder) => {
      builder.output('same', 'float', ['N'], 'x');
      builder.output('number', 'float', [], builder.constant('k', scalar(7)));
      const negative = builder.add('Neg', ['x']);
      builder.output('a', 'float', ['N'], negative);
      builder.output('b', 'float', ['N'], 'a');
    });
    expect(outputs).toEqual({ same: [1, -2, 3], number: [7], a: [-1, 2, -3], b: [-1, 2, -3] });
  });

  it('refuses names of inputs and outputs that are taken', () => {
    const builder = new OnnxBuilder('test');
    builder.input('x', 'float', ['N']);
    const taken = { code: 'ERR_ARGUMENT', given: "'x'" };
    expect(() => builder.input('x', 'float', [])).toThrow(expect.objectContaining(taken));
    const value = builder.add('Neg', ['x']);
    expect(() => builder.output('x', 'float', ['N'], value)).toThrow(expect.objectContaining(taken));
    builder.output('y', 'float', ['N'], value);
    expect(() => builder.output('y', 'float', ['N'], 'x')).toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT', given: "'y'" }),
    );
  });

  it('adds nodes with several outputs, and lists the operator sets that are used', () => {
    const builder = new OnnxBuilder('test');
    builder.input('x', 'float', ['N', 4]);
    const halves = builder.addMany('Split', ['x'], { axis: int(1), num_outputs: int(2) }, ['part', 'part']);
    expect(halves).toEqual(['part', 'part_2']);
    builder.add('Scaler', halves, {}, { domain: 'ai.onnx.ml' });
    const graph = builder.build();
    expect(graph.nodes[0]).toMatchObject({ opType: 'Split', name: 'part', inputs: ['x'], outputs: halves });
    expect(onnxModel(graph).opsetImport).toEqual([
      { domain: '', version: 18 },
      { domain: 'ai.onnx.ml', version: 3 },
    ]);
  });
});
