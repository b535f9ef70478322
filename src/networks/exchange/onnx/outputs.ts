import { int } from '../../../io/onnx/attributes.js';
import { elementNumber } from '../../../io/onnx/elementTypes.js';
import type { OnnxBuilder } from '../../../io/onnx/graphBuilder.js';
import type { OutputKind } from '../../compile/outputKind.js';
import { channelsLast, type Flow } from './flow.js';

/** The name of the number of rows, which is free. */
export const ROWS = 'N';
export const OUTPUT = 'output';
/** The class's name of each row, [N]. */
export const LABEL = 'label';
/** The probability of each class, [N, classes], in the order of the classes. */
export const PROBABILITIES = 'probabilities';

/** Declares what the network predicts as the graph's output. */
export function writeOutput(builder: OnnxBuilder, last: Flow): void {
  const { value, shape } = channelsLast(builder, last);
  builder.output(OUTPUT, 'float', [ROWS, ...shape], value);
}

/**
 * Declares the outputs of a network whose classes have names: the name of the class that
 * `predictClasses` gives, and the probabilities of all classes as `predictTop` has them, or the
 * outputs themselves if they are scores.
 */
export function writeClasses(
  builder: OnnxBuilder,
  last: Flow,
  classes: readonly string[],
  kind: OutputKind,
): void {
  const flow = asRows(builder, last);
  const scores = flow.value;
  const isOne = flow.shape[0] === 1;
  const number = isOne ? secondClass(builder, scores, kind) : largest(builder, scores);
  const names = builder.constant('classes', { type: 'string', shape: [classes.length], data: [...classes] });
  const label = builder.add('Gather', [names, number], { axis: int(0) }, { name: LABEL });
  builder.output(LABEL, 'string', [ROWS], label);
  if (kind === 'scores') writeOutput(builder, flow);
  else {
    const all = isOne ? pair(builder, scores, kind) : columns(builder, scores, kind);
    builder.output(PROBABILITIES, 'float', [ROWS, classes.length], all);
  }
}

/** Outputs of any shape as [N, outputs]. */
function asRows(builder: OnnxBuilder, last: Flow): Flow {
  if (last.shape.length === 1) return last;
  const { value, shape } = channelsLast(builder, last);
  const rows = builder.add('Flatten', [value], { axis: int(1) }, { name: 'scores' });
  return { value: rows, shape: [shape.reduce((a, b) => a * b, 1)], isChannelsFirst: false };
}

/** The number of the largest output of each row, of equal ones the first. */
const largest = (builder: OnnxBuilder, scores: string): string =>
  builder.add('ArgMax', [scores], { axis: int(1), keepdims: int(0) }, { name: 'class' });

/** 1 where the only output says the second class, otherwise 0. */
function secondClass(builder: OnnxBuilder, score: string, kind: OutputKind): string {
  const limit = float(builder, 'threshold', kind === 'probabilities' ? 0.5 : 0);
  const isSecond = builder.add('Greater', [score, limit], {}, { name: 'isSecondClass' });
  const number = builder.add(
    'Cast',
    [isSecond],
    { to: int(elementNumber('int64')) },
    { name: 'classColumn' },
  );
  const axis = builder.constant('columnAxis', { type: 'int64', shape: [1], data: BigInt64Array.of(1n) });
  return builder.add('Squeeze', [number, axis], {}, { name: 'class' });
}

const columns = (builder: OnnxBuilder, scores: string, kind: OutputKind): string =>
  kind === 'logits' ? builder.add('Softmax', [scores], { axis: int(1) }, { name: PROBABILITIES }) : scores;

/** The probabilities of both classes of one output; of a logit each without cancellation. */
function pair(builder: OnnxBuilder, score: string, kind: OutputKind): string {
  const both =
    kind === 'logits'
      ? [
          builder.add(
            'Sigmoid',
            [builder.add('Neg', [score], {}, { name: 'negative' })],
            {},
            { name: 'first' },
          ),
          builder.add('Sigmoid', [score], {}, { name: 'second' }),
        ]
      : [builder.add('Sub', [float(builder, 'one', 1), score], {}, { name: 'first' }), score];
  return builder.add('Concat', both, { axis: int(1) }, { name: PROBABILITIES });
}

const float = (builder: OnnxBuilder, hint: string, value: number): string =>
  builder.constant(hint, { type: 'float', shape: [], data: Float32Array.of(value) });
