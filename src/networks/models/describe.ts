import { show } from '../../core/show.js';
import type { ResolvedModel } from '../compile/model.js';
import { objectiveText } from '../compile/objectiveText.js';
import type { ModelState } from '../training/state.js';
import type { Compiled } from './compileOptions.js';
import { summarize } from './summary.js';

/** The arguments that `console.log` passes to an object that prints itself. */
export interface Printing {
  /** Remaining nesting depth; negative if this object is not to be expanded. */
  depth: number;
  /** Total nesting depth. */
  levels: number;
}

const count = (n: number, noun: string): string =>
  `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;

/**
 * A model as `console.log` shows it: its shapes, how it was compiled and trained, and its layers if
 * there is room.
 */
export function describeModel(
  model: ResolvedModel,
  compiled: Compiled | undefined,
  state: ModelState,
  { depth, levels }: Printing,
): string {
  if (depth < 0) return '[Sequential]';
  const parameters = model.parameters.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const shapes = `[${model.inputShape.join(', ')}] → [${model.outputShape.join(', ')}]`;
  const size = `Sequential ${shapes}, ${count(model.layers.length, 'layer')}, ${count(parameters, 'parameter')}`;
  // Inside other objects it prints one line.
  if (depth < levels) return size;
  const { epochs, step } = state;
  const trained = step > 0 ? `, trained for ${count(epochs, 'epoch')}, ${count(step, 'step')}` : '';
  const lines = [`${size}, seed ${model.seed}${trained}`, ...classesText(model), compiledText(compiled)];
  return `${lines.join('\n')}\n\n${summarize(model)}`;
}

/** Names that are printed; of more, the first of them. */
const MOST_NAMES = 12;

function classesText({ classes }: ResolvedModel): string[] {
  if (classes === undefined) return [];
  const shown = classes
    .slice(0, MOST_NAMES)
    .map((name) => show(name))
    .join(', ');
  return [`classes ${shown}${classes.length > MOST_NAMES ? `, … (${classes.length})` : ''}`];
}

function compiledText(compiled: Compiled | undefined): string {
  if (compiled === undefined) return 'not compiled: it can predict, but not be trained or evaluated';
  return objectiveText(compiled.objective);
}
