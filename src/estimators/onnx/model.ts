import { SteepestError } from '../../core/errors.js';
import { OnnxBuilder } from '../../io/onnx/graphBuilder.js';
import type { OnnxGraph, OnnxModel } from '../../io/onnx/messages.js';
import { onnxModel } from '../../io/onnx/model.js';
import { labelType, OnnxClasses, writeLabels } from './classes.js';
import { Graph } from './graph.js';
import type { OnnxSource } from './source.js';
import { type ColumnType, type OnnxColumns, OnnxTable } from './table.js';

/** How an estimator is written. */
export interface OnnxForm {
  name: string;
  inputs: 'columns' | 'matrix' | undefined;
  inputType: 'float64' | 'float32';
}

/** Samples: any number of them. */
const ROWS = 'N';
/** The input with all columns. */
const MATRIX = 'X';

/** The graph of an estimator, with its inputs and outputs, as a model. */
export function onnxModelOf(source: OnnxSource, form: OnnxForm): OnnxModel {
  const builder = new OnnxBuilder(form.name);
  const graph = new Graph(builder);
  const names = new Set<string>();
  const result = source.writeOnnx(graph, writeInputs(graph, source.onnxColumns(), form, names));
  const outputs = new Outputs(builder, names);
  const isClasses = result instanceof OnnxClasses;
  if (isClasses) writeClasses(graph, outputs, result);
  else writeTable(graph, outputs, result, () => source.getFeatureNamesOut?.());
  const seed = source.getParams?.().seed;
  return onnxModel(withoutUnused(builder.build()), {
    metadata: {
      estimator: source.type,
      classes: isClasses ? JSON.stringify(result.classes) : undefined,
      seed: seed === undefined ? undefined : String(seed),
    },
  });
}

/** The graph without nodes and constants that no output needs, such as those of dropped columns. */
function withoutUnused(graph: OnnxGraph): OnnxGraph {
  const used = new Set(graph.outputs.map(({ name }) => name));
  const nodes = graph.nodes.reduceRight((kept: OnnxGraph['nodes'], node) => {
    if (!node.outputs.some((output) => used.has(output))) return kept;
    for (const input of node.inputs) used.add(input);
    kept.push(node);
    return kept;
  }, []);
  const initializers = graph.initializers.filter(({ name }) => used.has(name));
  return { ...graph, nodes: nodes.reverse(), initializers };
}

/** Columns with names, or with text among them, are an input each: [N, 1]. Others are a matrix. */
function writeInputs(
  graph: Graph,
  { names, types }: OnnxColumns,
  { inputs, inputType }: OnnxForm,
  taken: Set<string>,
): OnnxTable {
  const add = (name: string, type: ColumnType, cols: number): string => {
    taken.add(name);
    const element = type === 'text' ? 'string' : inputType === 'float32' ? 'float' : 'double';
    const value = graph.builder.input(name, element, [ROWS, cols]);
    return element === 'float' ? graph.cast(value, 'double', `${name}/float64`) : value;
  };
  const hasText = types.includes('text');
  if (hasText && inputs === 'matrix') throw noMatrix();
  if (!hasText && (inputs ?? (names === undefined ? 'matrix' : 'columns')) === 'matrix') {
    return OnnxTable.ofNumbers(add(MATRIX, 'number', types.length), types.length);
  }
  return new OnnxTable(
    types.map((type, j) => {
      if (type === undefined) return { value: '', type: 'number', cols: 1 };
      const name = names?.[j] ?? `x${j}`;
      // ONNX has no input without a name.
      return { value: add(name === '' ? `x${j}` : name, type, 1), type, cols: 1 };
    }),
  );
}

const noMatrix = (): SteepestError =>
  new SteepestError('ERR_ARGUMENT', {
    expected: "inputs: 'columns' for a table with text",
    given: "'matrix'",
    hint: 'Leave inputs out: each column becomes an input.',
  });

/** Outputs whose names are those of no input. */
class Outputs {
  constructor(
    private readonly builder: OnnxBuilder,
    private readonly taken: Set<string>,
  ) {}

  add(wanted: string, type: 'double' | 'int64' | 'string', cols: number | undefined, value: string): void {
    let name = wanted;
    while (this.taken.has(name)) name += '_output';
    this.taken.add(name);
    this.builder.output(name, type, cols === undefined ? [ROWS] : [ROWS, cols], value);
  }
}

function writeClasses(graph: Graph, outputs: Outputs, result: OnnxClasses): void {
  const { classes, probabilities, scores, scoreCols } = result;
  outputs.add('label', labelType(classes), undefined, writeLabels(graph, result));
  if (probabilities !== undefined) outputs.add('probabilities', 'double', classes.length, probabilities());
  else if (scores !== undefined) outputs.add('scores', 'double', scoreCols, scores());
}

const ELEMENTS = { number: 'double', integer: 'int64', text: 'string' } as const;

/** One matrix, or with text a column for each. */
function writeTable(
  graph: Graph,
  outputs: Outputs,
  table: OnnxTable,
  namesOf: () => string[] | undefined,
): void {
  const types = new Set(table.blocks.map(({ type }) => type));
  if (types.size === 1 && !types.has('text')) {
    const { type, value, cols } = table.runs(graph)[0]!;
    outputs.add('output', ELEMENTS[type], cols, value);
    return;
  }
  const names = namesOf();
  for (let j = 0; j < table.cols; j++) {
    const { value, type } = table.column(graph, j);
    outputs.add(`output_${names?.[j] ?? `x${j}`}`, ELEMENTS[type], 1, value);
  }
}
