import type { Context } from '../context.js';
import { counted, number } from '../format.js';
import { networkIn, predictorIn } from '../judge/inside.js';
import { html } from '../page/html.js';
import type { Section } from '../page/page.js';
import { facts } from '../page/table.js';
import { type HistoryInput, learningCurve } from '../plots/index.js';
import { figure, PLOT_WIDTH } from './figure.js';

/** What estimators keep of their training. */
interface Trained {
  history?: HistoryInput;
  lossCurve?: readonly number[];
  validationScores?: readonly number[];
}

/** The history of a model that keeps it: networks in estimators, and perceptrons. */
export function historyOf(model: object): HistoryInput | undefined {
  if (networkIn(model) === model) return undefined;
  const predictor = predictorIn(model) as Trained;
  if ('history' in predictor) return predictor.history;
  if (!('lossCurve' in predictor) || predictor.lossCurve === undefined) return undefined;
  const { lossCurve, validationScores } = predictor;
  return validationScores === undefined
    ? { loss: lossCurve }
    : { loss: lossCurve, valScore: validationScores };
}

interface Numbers {
  loss?: ArrayLike<number>;
  valLoss?: ArrayLike<number>;
  val_loss?: ArrayLike<number>;
}

/** Loss and metrics by epoch. */
export function learningSection({ history }: Context): Section | undefined {
  if (history === undefined) return undefined;
  const record = ('history' in history ? history.history : history) as Numbers;
  const { loss = [], valLoss = record.val_loss } = record;
  const last = (values: ArrayLike<number>): string => number(values[values.length - 1] ?? Number.NaN);
  const pairs: [string, string][] = [['Trained for', counted(loss.length, 'epoch')]];
  if (loss.length > 0) pairs.push(['Last training loss', last(loss)]);
  if (valLoss !== undefined) pairs.push(['Last validation loss', last(valLoss)]);
  return {
    id: 'learning',
    title: 'Learning',
    body: html`${facts(pairs)}${figure(learningCurve(history, { title: '', width: PLOT_WIDTH }), advice(loss, valLoss))}`,
  };
}

/** What the end of the curves means. */
function advice(loss: ArrayLike<number>, valLoss: ArrayLike<number> | undefined): string {
  if (valLoss === undefined) {
    return 'Loss on the training rows by epoch. With validation rows, the curves would show overfitting too.';
  }
  const lowest = Array.from(valLoss).indexOf(Math.min(...Array.from(valLoss)));
  const isOver = lowest < 0.7 * (valLoss.length - 1) && loss.length > 3;
  return isOver
    ? `The validation loss was lowest after epoch ${lowest + 1} and has risen since: later epochs overfit.`
    : 'The validation loss was lowest near the end: more epochs may help.';
}
