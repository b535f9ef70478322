import type { Context } from '../context.js';
import { shortened } from '../format.js';
import { columnOf } from '../judge/judged.js';
import { type Html, html } from '../page/html.js';
import type { Section } from '../page/page.js';
import { histogram, predictedActual, residuals } from '../plots/index.js';
import { figure, figures, PLOT_WIDTH } from './figure.js';

/** Targets that are drawn. */
const MOST_TARGETS = 4;
const MOST_NAME = 40;

/** Predicted and actual values, and what lies between them. */
export function residualSection({ judged }: Context): Section | undefined {
  if (judged.kind !== 'values') return undefined;
  const { names, truth, guess } = judged;
  const targets = names.slice(0, MOST_TARGETS).map((name, j): Html => {
    const [is, said] = [truth, guess].map((data) => columnOf(data, j, names.length)) as [
      Float64Array,
      Float64Array,
    ];
    const heading = names.length > 1 && html`<h3>${shortened(name, MOST_NAME)}</h3>`;
    const width = { width: PLOT_WIDTH };
    const charts = [figure(predictedActual(is, said, width)), figure(residuals(is, said, width))];
    if (names.length === 1) {
      const off = is.map((value, i) => value - said[i]!);
      charts.push(figure(histogram(off, { ...width, title: 'Residuals by size' })));
    }
    return html`${heading}${figures(charts)}`;
  });
  const left = names.length - targets.length;
  return {
    id: 'residuals',
    title: 'Predictions and residuals',
    body: html`${targets}<p class="note">A residual is the actual value less the predicted one. A pattern in them is something that the model has not learned.${
      left > 0 ? ` The first ${MOST_TARGETS} of ${names.length} targets.` : ''
    }</p>`,
  };
}
