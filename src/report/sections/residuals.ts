import type { Context } from '../context.js';
import { shortened } from '../format.js';
import { columnOf } from '../judge/judged.js';
import { type Html, html } from '../page/html.js';
import type { Section } from '../page/page.js';
import { histogram, predictedActual, residuals } from '../plots/index.js';
import { drawnInTurns, figure, PLOT_WIDTH } from './figure.js';

/** Targets that are drawn. */
const MOST_TARGETS = 4;
const MOST_NAME = 40;

/** Predicted and actual values, and what lies between them. */
export async function residualSection({ judged }: Context): Promise<Section | undefined> {
  if (judged.kind !== 'values') return undefined;
  const { names, truth, guess } = judged;
  const targets: Html[] = [];
  for (const [j, name] of names.slice(0, MOST_TARGETS).entries()) {
    const is = columnOf(truth, j, names.length);
    const said = columnOf(guess, j, names.length);
    const width = { width: PLOT_WIDTH };
    const charts = [() => figure(predictedActual(is, said, width)), () => figure(residuals(is, said, width))];
    if (names.length === 1) {
      const off = is.map((value, i) => value - said[i]!);
      charts.push(() => figure(histogram(off, { ...width, title: 'Residuals by size' })));
    }
    const heading = names.length > 1 && html`<h3>${shortened(name, MOST_NAME)}</h3>`;
    targets.push(html`${heading}${await drawnInTurns(charts)}`);
  }
  const left = names.length - targets.length;
  return {
    id: 'residuals',
    title: 'Predictions and residuals',
    body: html`${targets}<p class="note">A residual is the actual value less the predicted one. A pattern in them is something that the model has not learned.${
      left > 0 ? ` The first ${MOST_TARGETS} of ${names.length} targets.` : ''
    }</p>`,
  };
}
