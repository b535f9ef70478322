import { show } from '../../core/show.js';
import type { GridResults } from '../../estimators/selection/grid.js';
import type { Context } from '../context.js';
import { count, number } from '../format.js';
import { isNetwork, isSearch, networkIn, predictorIn } from '../judge/inside.js';
import { type Html, html, type Part } from '../page/html.js';
import type { Section } from '../page/page.js';
import { facts, table } from '../page/table.js';

/** Candidates of a search that are shown. */
const MOST_CANDIDATES = 10;
/** Hyperparameters that are shown. */
const MOST_PARAMETERS = 60;

/** Text in columns, which scrolls sideways by itself. */
const block = (text: string, name: string): Html =>
  html`<pre class="scroll" role="region" tabindex="0" aria-label="${name}"><code>${text}</code></pre>`;

/** What the model is: its layers or hyperparameters, and how many numbers it learned. */
export function modelSection({ model }: Context): Section {
  const network = networkIn(model);
  const learned = parametersOf(model);
  const pairs: [string, Part][] = [
    ['Kind', kindOf(model)],
    ...(learned === undefined ? [] : [['Learned parameters', count(learned)] as [string, Part]]),
  ];
  const layers = network && html`<h3>Layers</h3>${block(network.summary(), 'Layers')}`;
  const own = isNetwork(model)
    ? undefined
    : html`<h3>Definition</h3>${block(String(model), 'Definition')}${hyperparameters(model)}`;
  return { id: 'model', title: 'Model', body: html`${facts(pairs)}${candidates(model)}${own}${layers}` };
}

const typeOf = (model: object): string => (model as { type?: string }).type ?? model.constructor.name;

/** The class, and the class of what predicts inside. */
export function kindOf(model: object): string {
  const inner = predictorIn(model);
  return inner === model ? typeOf(model) : `${typeOf(model)} with ${typeOf(inner)}`;
}

interface Learned {
  coef?: { data: ArrayLike<number> };
  intercept?: ArrayLike<number> | number;
  weights?: readonly { data: ArrayLike<number> }[];
}

/** How many numbers the predictor learned; undefined for one that does not say. */
function parametersOf(model: object): number | undefined {
  const sizes = (arrays: readonly { data: ArrayLike<number> }[]): number =>
    arrays.reduce((sum, { data }) => sum + data.length, 0);
  const network = networkIn(model);
  if (network !== undefined) return sizes(network.getWeights());
  const { coef, intercept, weights } = predictorIn(model) as Learned;
  if (coef === undefined) return weights && sizes(weights);
  return coef.data.length + (typeof intercept === 'object' ? intercept.length : 1);
}

/** Every hyperparameter with its value: also those that are as usual. */
function hyperparameters(model: object): Html | undefined {
  const { getParams } = model as { getParams?: () => object };
  const all = getParams === undefined ? [] : Object.entries(getParams.call(model) as object);
  const plain = all.filter(([, value]) => value !== undefined && !isEstimator(value));
  if (plain.length === 0) return undefined;
  const shown = plain.slice(0, MOST_PARAMETERS);
  return html`<details><summary>All hyperparameters</summary>${table({
    caption: 'Hyperparameters',
    columns: [{ title: 'Name' }, { title: 'Value' }],
    rows: shown.map(([name, value]) => [name, typeof value === 'string' ? value : show(value)]),
  })}</details>`;
}

/** An estimator, or a list with some: their own parameters are listed instead. */
const isEstimator = (value: unknown): boolean =>
  (typeof value === 'object' && value !== null && ('getParams' in value || 'predictClasses' in value)) ||
  (Array.isArray(value) && value.some((item) => Array.isArray(item) && item.some(isEstimator)));

/** What a search tried, the best first. */
function candidates(model: object): Html | undefined {
  if (!isSearch(model)) return undefined;
  const { results } = model as { results: GridResults };
  const [score] = Object.keys(results[0]?.test ?? {});
  if (score === undefined) return undefined;
  const order = [...results]
    .sort((a, b) => a.test[score]!.rank - b.test[score]!.rank)
    .slice(0, MOST_CANDIDATES);
  const names = Object.keys(order[0]!.params);
  return html`<h3>Search</h3>${table({
    caption: `The best of ${count(results.length)} candidates`,
    columns: [
      { title: 'Rank', isNumber: true },
      ...names.map((name) => ({ title: name })),
      { title: score === 'score' ? 'Mean score' : `Mean ${score}`, isNumber: true },
      { title: 'Deviation', isNumber: true },
    ],
    rows: order.map(({ params, test }) => [
      count(test[score]!.rank),
      ...names.map((name) => show(params[name])),
      number(test[score]!.mean, 4),
      number(test[score]!.std, 2),
    ]),
  })}`;
}
