import type { Context } from '../context.js';
import type { Section } from '../page/page.js';
import { coefficientFigure } from './coefficients.js';
import { figures } from './figure.js';
import { importanceFigure } from './importance.js';

/** What the predictions depend on: coefficients where there are some, and what shuffling does. */
export async function dependenceSection(context: Context): Promise<Section | undefined> {
  const charts = [coefficientFigure(context), await importanceFigure(context)].filter(
    (one) => one !== undefined,
  );
  if (charts.length === 0) return undefined;
  return { id: 'dependence', title: 'What predictions depend on', body: figures(charts) };
}
