import { escapeMarkup } from '../../markup.js';
import { at, fitText, HEADING_SIZE, oneLine, textAt, titled } from './text.js';
import { STYLE } from './theme.js';

/** How wide a drawing is shown where there is room: its text is then 16 px high. */
const SHOWN = 4 / 3;
/** Between the border and what is drawn. */
export const EDGE = 8;
/** A longer description is listened to by nobody. */
const MOST_DESCRIPTION = 2000;
/** Height of the heading's line. */
const HEADING = 26;

export interface Drawing {
  width: number;
  /** Of what stands below the heading. */
  height: number;
  title: string;
  /** Whether the title is drawn. */
  isHeaded: boolean;
  /** What the drawing shows, with the values that matter: for those who do not see it. */
  description: string;
  parts: readonly string[];
}

/**
 * A drawing as one `<svg>` that needs nothing else. Marks that take the focus are elements of their
 * own for screen readers, which an image must not have: such a drawing is a figure.
 */
export function svgOf({ width, height, title, isHeaded, description, parts }: Drawing): string {
  const body = parts.join('');
  const top = isHeaded ? HEADING : 0;
  const whole = Math.ceil(height + top);
  const role = body.includes('tabindex=') ? 'figure' : 'img';
  const line = oneLine(title);
  const said = oneLine(description).slice(0, MOST_DESCRIPTION);
  const heading = fitText(line, width - 2 * EDGE, HEADING_SIZE, true);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="steepest-plot" role="${role}"`,
    ` width="${Math.round(width * SHOWN)}" height="${Math.round(whole * SHOWN)}" viewBox="0 0 ${at(width)} ${whole}">`,
    `${titled(line)}<desc>${escapeMarkup(said)}</desc><style>${STYLE}</style>`,
    `<rect class="back" width="${at(width)}" height="${whole}" rx="6"/>`,
    isHeaded ? textAt(EDGE, 19, heading, { of: 'heading', whole: line }) : '',
    isHeaded ? `<g transform="translate(0 ${HEADING})">${body}</g>` : body,
    '</svg>',
  ].join('');
}
