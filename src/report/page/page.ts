import { type Html, html, type Part, trusted } from './html.js';
import { STYLE } from './style.js';

/** A part of the page with a heading, to which the navigation leads. */
export interface Section {
  id: string;
  title: string;
  body: Part;
}

export interface Page {
  title: string;
  /** What was judged, in a few words above the title. */
  kind: string;
  /** What the page says first, in a sentence or two. */
  summary: Part;
  sections: readonly Section[];
  footer: Part;
}

/**
 * Nothing is loaded and no script runs, whatever a name on the page contains: this says so to the
 * browser.
 */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const link = ({ id, title }: Section): Html => html`<li><a href="#${id}">${title}</a></li>`;

const part = ({ id, title, body }: Section): Html =>
  html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${body}</section>
`;

/** The whole page as one file that needs no other. */
export function page({ title, kind, summary, sections, footer }: Page): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${title}</title><link rel="icon" href="data:,"><style>${trusted(STYLE)}</style></head><body>
<a class="skip" href="#main">Skip to the report</a>
<header class="top"><p class="kind">${kind}</p><h1>${title}</h1>${summary}</header>
<div class="layout"><nav aria-label="Sections"><ul>${sections.map(link)}</ul></nav>
<main id="main">
${sections.map(part)}</main></div>
<footer>${footer}</footer></body></html>
`.text;
}
