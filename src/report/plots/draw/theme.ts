/**
 * Colours of both themes, and the style that every drawing carries. Text has a contrast of at least
 * 4.5 : 1 against the back, lines and dots of at least 3 : 1 (WCAG 2.2, AA).
 *
 * A page changes a colour by the property `--plot-NAME` on an element around the drawing, for
 * example `--plot-back: transparent`.
 */

export interface Theme {
  back: string;
  text: string;
  /** Less important text: ticks, names of axes. */
  soft: string;
  grid: string;
  /** Axes, and lines to compare with. */
  axis: string;
  /** One colour per series. */
  series: readonly string[];
}

export const LIGHT: Theme = {
  back: '#ffffff',
  text: '#1c2128',
  soft: '#59636e',
  grid: '#e4e7eb',
  axis: '#828b96',
  series: ['#1f5fa8', '#b04a0c', '#1a7446', '#7b3fa0', '#0b6a7d', '#b02a6b', '#6b6010', '#57606a'],
};

export const DARK: Theme = {
  back: '#15181c',
  text: '#e6e9ec',
  soft: '#a2abb5',
  grid: '#2a3037',
  axis: '#78828d',
  series: ['#74b3f5', '#f0995a', '#5cc98c', '#c39af0', '#4cc4d4', '#f28bb8', '#cfc25a', '#aab3bd'],
};

/** Each series is told from the others by its dashes too. */
const DASHES = ['', '6 3', '2 3', '9 3 2 3', '12 4', '4 2', '1 3', '9 3 2 3 2 3'];
export const MOST_SERIES = DASHES.length;

/** The properties of a theme, each of which a page may set. */
function properties({ series, ...named }: Theme): string {
  const all = [...Object.entries(named), ...series.map((colour, i) => [`s${i + 1}`, colour] as const)];
  return all.map(([name, colour]) => `--${name}:var(--plot-${name},${colour as string})`).join(';');
}

const OF_SERIES = LIGHT.series.map((_, i) => {
  const dashes = DASHES[i] === '' ? '' : `.steepest-plot .s${i + 1}>.line{stroke-dasharray:${DASHES[i]}}`;
  return `.steepest-plot .s${i + 1}{--c:var(--s${i + 1})}${dashes}`;
});

const RULES = `
{max-width:100%;height:auto;color-scheme:light dark;fill:var(--text);font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.back{fill:var(--back)}
.heading{font-size:14px;font-weight:600}
.strong{font-weight:600}
.soft{fill:var(--soft)}
.grid{stroke:var(--grid);fill:none}
.axis{stroke:var(--axis);fill:none}
.guide{stroke:var(--axis);fill:none;stroke-dasharray:4 3}
.line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:butt}
.other{stroke:var(--axis);fill:none}
.mark{fill:var(--c)}
.ring{fill:var(--back);stroke:var(--c);stroke-width:2}
.dots{fill:none;stroke:var(--c);stroke-width:4.5;stroke-linecap:round;opacity:.75}
.points .mark{fill-opacity:.8}
.edge{stroke:var(--back);fill:none;stroke-width:4}
.cells{fill:none;stroke:var(--c)}
.whisker{stroke:var(--text);fill:none;stroke-width:1.5}
.pixels{image-rendering:pixelated}
.wrong{fill:none;stroke:var(--c);stroke-width:2}
.name{fill:var(--c)}
.hit{fill:transparent;stroke:none}
.at{outline:none}
.at>.show{opacity:0}
.at:hover>.show,.at:focus>.show{opacity:1}
.focus{outline:none}
.focus:focus-visible .mark,.focus:focus-visible .cell{stroke:var(--text);stroke-width:2}`;

/** Every rule begins with the class of drawings: a page may hold several, and rules of its own. */
const scoped = RULES.trim()
  .split('\n')
  .map((rule) => {
    const [selectors, body] = rule.split('{');
    const names = selectors
      .split(',')
      .map((one) => (one === '' ? '.steepest-plot' : `.steepest-plot ${one}`));
    return `${names.join(',')}{${body}`;
  });

export const STYLE = [
  `.steepest-plot{${properties(LIGHT)}}`,
  `@media (prefers-color-scheme:dark){.steepest-plot{${properties(DARK)}}}`,
  ...scoped,
  ...OF_SERIES,
].join('');
