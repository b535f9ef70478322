import { type Html, html, type Part } from './html.js';

export interface TableColumn {
  title: string;
  /** Numbers stand to the right. */
  isNumber?: boolean;
  /** Several words, which need room on a phone. */
  isLong?: boolean;
}

export interface TableOptions {
  /** What the table shows: its caption, and the name of the region that scrolls. */
  caption: string;
  columns: readonly TableColumn[];
  /** The first cell of each row is its heading. */
  rows: readonly (readonly Part[])[];
}

/**
 * A table that scrolls sideways by itself where the screen is too narrow. The keyboard reaches it,
 * because a region that scrolls would be out of its reach otherwise.
 */
export function table({ caption, columns, rows }: TableOptions): Html {
  const kind = (j: number): Html | undefined => {
    if (columns[j]?.isNumber) return html` class="number"`;
    return columns[j]?.isLong ? html` class="words"` : undefined;
  };
  const head = columns.map(({ title }, j) => html`<th scope="col"${kind(j)}>${title}</th>`);
  const body = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, j) =>
        j === 0 ? html`<th scope="row"${kind(j)}>${cell}</th>` : html`<td${kind(j)}>${cell}</td>`,
      )}</tr>`,
  );
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Names with their values, one below the other. */
export function facts(pairs: readonly (readonly [name: string, value: Part])[]): Html {
  return html`<dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
