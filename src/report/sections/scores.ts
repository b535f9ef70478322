import { type Html, html } from '../page/html.js';
import type { Section } from '../page/page.js';
import { lead, type Score, type Scores } from '../scores/score.js';

/** A lead of less than this share of the baseline counts as none. */
const EVEN = 1e-9;

interface Verdict {
  kind: 'better' | 'worse' | 'even';
  words: string;
}

function verdict(score: Score): Verdict | undefined {
  const ahead = lead(score);
  if (!Number.isFinite(ahead)) return undefined;
  if (Math.abs(ahead) <= EVEN * Math.max(1, Math.abs(score.baseline!)))
    return { kind: 'even', words: 'no better' };
  return ahead > 0 ? { kind: 'better', words: '▲ better' } : { kind: 'worse', words: '▼ worse' };
}

function card(score: Score): Html {
  const { name, value, baseline, text, meaning } = score;
  const is = verdict(score);
  const beside =
    baseline === undefined
      ? undefined
      : html`<p class="beside">${is && html`<span class="chip ${is.kind}">${is.words}</span> `}baseline ${text(baseline)}</p>`;
  return html`<li class="card"><h3>${name}</h3><p class="value">${text(value)}</p>${beside}<p class="note">${meaning}</p></li>`;
}

/** The scores, each beside that of a model that has learned nothing. */
export function scoreSection({ list, baseline }: Scores): Section {
  return {
    id: 'scores',
    title: 'Scores',
    body: html`<ul class="cards">${list.map(card)}</ul><p class="note">${baseline}</p>`,
  };
}
