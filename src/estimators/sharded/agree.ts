import { createHash } from 'node:crypto';
import { checkNotEmpty } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import { checkAnyWeight } from '../../core/weights.js';
import type { KernelRequest } from '../../kernels/backend.js';
import type { Features } from '../base/features.js';
import { ranksDiffer } from './ranks.js';

/** What a rank tells the others of its rows before a fit begins. */
export interface Card {
  /** The estimator, its hyperparameters and kernels: the same on every rank. */
  fit: Readonly<Record<string, string>>;
  rows: number;
  /** Of x; 0 if there are no rows that show them. */
  cols: number;
  names: readonly string[] | undefined;
  dtype: Features['dtype'];
  /** Targets for each row, and whether y was a list; undefined without rows. */
  y: { cols: number; isVector: boolean } | undefined;
  /** Whatever else must be the same where there are rows, in words. */
  form: Readonly<Record<string, string>>;
  /** Whether a row has a weight above 0. */
  hasWeight: boolean;
}

/** What the cards of all ranks say. */
export interface Agreement {
  counts: number[];
  cols: number;
  names: readonly string[] | undefined;
  /** A type that holds the numbers of all ranks. */
  dtype: Features['dtype'];
  y: { cols: number; isVector: boolean };
  form: Card['form'];
}

/** Where a fit with `warmStart` begins, in a word that is the same for the same coefficients. */
export function startOf(
  warmStart: boolean,
  fit: { coef: Float64Array; intercept: Float64Array } | undefined,
): Record<string, string> {
  if (!warmStart || fit === undefined) return { start: 'zeros' };
  const hash = createHash('sha256').update(fit.coef).update(fit.intercept).digest('hex');
  return { start: `the coefficients of an earlier fit (${hash.slice(0, 8)})` };
}

const ONE_PROGRAM = 'Run the same program on every rank.';

/** How an estimator and its hyperparameters are compared. */
export function fitOf(
  type: string,
  params: object,
  kernels: KernelRequest,
  others: Readonly<Record<string, string>> = {},
): Card['fit'] {
  const own = Object.entries(params)
    // The number of threads changes no bit.
    .filter(([name]) => name !== 'workers')
    .map(([name, value]) => [name, JSON.stringify(value) ?? 'undefined'] as const);
  const isFast = kernels.backend === 'typescript' && kernels.numerics !== 'exact';
  return {
    estimator: type,
    ...Object.fromEntries(own),
    kernels: isFast ? "TypeScript without numerics: 'exact'" : 'native, or with their bits',
    ...others,
  };
}

/** @throws SteepestError `ERR_CLUSTER` */
function compareFits(cards: readonly Card[]): void {
  const first = cards[0]!.fit;
  cards.forEach(({ fit }, rank) => {
    for (const name of Object.keys({ ...first, ...fit })) {
      const [expected, given] = [first[name] ?? 'none', fit[name] ?? 'none'];
      if (given === expected) continue;
      const hint =
        name === 'kernels'
          ? "Build the native kernels on every host, or fit with { backend: 'typescript' } on all of them."
          : ONE_PROGRAM;
      throw ranksDiffer('ERR_CLUSTER', name, [0, expected], [rank, given], hint);
    }
  });
}

const columnText = ({ cols, names }: Card): string =>
  names === undefined ? `${cols}, without names` : show([...names].sort());

const formOf = ({ form, y }: Card): Card['form'] => ({
  y: y?.isVector ? 'a list' : `rows of ${y?.cols}`,
  ...form,
});

/** Whether two ranks have the same columns, in any order. */
function haveSameColumns(a: Card, b: Card): boolean {
  const sorted = ({ names }: Card): string => JSON.stringify(names && [...names].sort());
  return a.cols === b.cols && sorted(a) === sorted(b);
}

/** @throws SteepestError `ERR_SHAPE` where ranks have other columns, or give other things */
function compareForms(cards: readonly Card[], reference: number): void {
  const first = cards[reference]!;
  cards.forEach((card, rank) => {
    if (card.rows === 0 && card.cols === 0) return;
    if (!haveSameColumns(first, card)) {
      const texts = [
        [reference, columnText(first)],
        [rank, columnText(card)],
      ] as const;
      throw ranksDiffer('ERR_SHAPE', 'columns of X', ...texts, 'Read the same columns on every rank.');
    }
    if (card.rows === 0) return;
    const [expected, given] = [formOf(first), formOf(card)];
    for (const name of Object.keys(expected)) {
      if (given[name] === expected[name]) continue;
      const texts = [
        [reference, expected[name]!],
        [rank, given[name]!],
      ] as const;
      throw ranksDiffer('ERR_SHAPE', name, ...texts, ONE_PROGRAM);
    }
  });
}

/**
 * Compares the cards of all ranks.
 * @throws SteepestError `ERR_CLUSTER` if ranks fit different models, `ERR_SHAPE` if their columns
 *   differ, `ERR_EMPTY` if none has rows, `ERR_ARGUMENT` if all weights are 0
 */
export function agreementOf(cards: readonly Card[]): Agreement {
  compareFits(cards);
  const counts = cards.map(({ rows }) => rows);
  const total = counts.reduce((sum, rows) => sum + rows, 0);
  checkNotEmpty('X', total);
  const reference = counts.findIndex((rows) => rows > 0);
  compareForms(cards, reference);
  if (!cards.some(({ hasWeight }) => hasWeight)) checkAnyWeight('sampleWeight', new Float64Array(0));
  const types = new Set(cards.filter(({ rows }) => rows > 0).map(({ dtype }) => dtype));
  const { cols, names, y, form } = cards[reference]!;
  return { counts, cols, names, dtype: types.size === 1 ? [...types][0]! : 'f64', y: y!, form };
}
