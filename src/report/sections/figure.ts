import { nextTurn } from '../../core/nextTurn.js';
import { type Html, html, type Part, trusted } from '../page/html.js';

/**
 * Units of a chart's width: on a phone of 390 px, of which the page takes 32, its text of 12 units
 * has 11 px.
 */
export const PLOT_WIDTH = 380;

/** A chart with what it says below it. */
export const figure = (svg: string, caption?: Part): Html =>
  html`<figure class="plot">${trusted(svg)}${caption === undefined ? undefined : html`<figcaption>${caption}</figcaption>`}</figure>`;

/** Charts beside each other where there is room. */
export const figures = (list: readonly Html[]): Html => html`<div class="figures">${list}</div>`;

/** The same, each drawn in a turn of the event loop of its own. */
export async function drawnInTurns(charts: readonly (() => Html)[]): Promise<Html> {
  const drawn: Html[] = [];
  for (const chart of charts) {
    drawn.push(chart());
    await nextTurn();
  }
  return figures(drawn);
}
