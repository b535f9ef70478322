import type { RowReader, Rows } from './rows.js';

/** What a model does with rows. */
export type Task = 'classification' | 'regression' | 'transformation' | 'outputs';

/** What a model says of itself, besides its inputs. */
export interface ServedInfo {
  /** The class: `Pipeline`, `Sequential` … */
  type: string;
  /** The estimator in one line. */
  text: string;
  task: Task;
  /** The classes, in the order of probabilities. */
  classes: readonly (string | number | boolean)[] | undefined;
  /** Why the model has no probabilities; undefined if it has. */
  whyNoProbabilities: string | undefined;
  /** Names of several outputs. */
  outputs: readonly string[] | undefined;
}

/** Predictions as JSON texts, one per row. */
export interface Answers {
  /** Undefined for a prediction that is not finite, which JSON cannot hold. */
  predictions: readonly (string | undefined)[];
  probabilities: readonly (string | undefined)[] | undefined;
}

/** A model as the server asks it. Same bits by either way, for any number of rows at a time. */
export interface Served {
  readonly info: ServedInfo;
  readonly reader: RowReader;
  /** On this thread. @throws what the model throws */
  predictSync(rows: Rows, proba: boolean): Answers;
  /** With the model's worker threads, or in slices. @throws what the model throws */
  predict(rows: Rows, proba: boolean): Promise<Answers>;
}

/** A number as JSON; undefined if it has none. */
export function numberText(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A list of numbers as JSON; undefined if one of them has none. */
export function listText(values: ArrayLike<number>): string | undefined {
  let text = '[';
  for (let j = 0; j < values.length; j++) {
    const number = numberText(values[j]!);
    if (number === undefined) return undefined;
    text += j === 0 ? number : `,${number}`;
  }
  return `${text}]`;
}

/** Numbers by names as JSON: `{"no":0.2,"yes":0.8}`. The keys are made once. */
export class NamedTexts {
  private readonly keys: readonly string[];

  constructor(names: readonly unknown[]) {
    this.keys = names.map((name) => `${JSON.stringify(String(name))}:`);
  }

  /** @param at where in `data` the row begins */
  text(data: ArrayLike<number>, at: number): string | undefined {
    const { keys } = this;
    let text = '{';
    for (let j = 0; j < keys.length; j++) {
      const number = numberText(data[at + j]!);
      if (number === undefined) return undefined;
      text += j === 0 ? keys[j]! + number : `,${keys[j]!}${number}`;
    }
    return `${text}}`;
  }
}
