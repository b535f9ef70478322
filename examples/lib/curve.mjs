const WIDTH = 640;
const HEIGHT = 260;
const MARGIN = { top: 12, right: 110, bottom: 34, left: 52 };
/** Lines across the chart, about. */
const TICKS = 5;
/** Labels at the ends of lines are at least so far apart. */
const LABEL_GAP = 15;

/** A step of 1, 2 or 5 times a power of ten that cuts `span` into about TICKS parts. */
function stepOf(span) {
  const rough = span / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

/**
 * Accuracy by epoch as an SVG drawing, whose colours come from the page.
 * @param {{ name: string, values: number[], className: string }[]} lines shares, 0 … 1, one for each epoch
 */
export function learningCurve(lines) {
  const epochs = Math.max(...lines.map(({ values }) => values.length));
  const all = lines.flatMap(({ values }) => values);
  const step = stepOf(Math.max(1 - Math.min(...all), 1e-3));
  const least = Math.floor(Math.min(...all) / step) * step;
  const x = (epoch) =>
    MARGIN.left + ((WIDTH - MARGIN.left - MARGIN.right) * (epoch - 1)) / Math.max(1, epochs - 1);
  const y = (share) =>
    MARGIN.top + ((HEIGHT - MARGIN.top - MARGIN.bottom) * (1 - share)) / Math.max(1e-9, 1 - least);
  const digits = step < 0.01 ? 1 : 0;
  const grid = [];
  for (let i = 0; least + i * step <= 1 + step / 1e6; i++) {
    const share = least + i * step;
    grid.push(
      `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(share).toFixed(1)}" y2="${y(share).toFixed(1)}"/>`,
      `<text class="tick" text-anchor="end" x="${MARGIN.left - 8}" y="${(y(share) + 4).toFixed(1)}">${(100 * share).toFixed(digits)} %</text>`,
    );
  }
  const every = Math.max(1, Math.ceil(epochs / 10));
  for (let epoch = 1; epoch <= epochs; epoch += every) {
    grid.push(
      `<text class="tick" text-anchor="middle" x="${x(epoch).toFixed(1)}" y="${HEIGHT - 12}">${epoch}</text>`,
    );
  }
  const bottom = `<text class="tick" x="${WIDTH - MARGIN.right + 20}" y="${HEIGHT - 12}">epoch</text>`;
  const label = `Accuracy by epoch: ${lines.map(({ name, values }) => `${name} ends at ${(100 * values.at(-1)).toFixed(1)} %`).join(', ')}`;
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">`,
    ...grid,
    bottom,
    ...drawLines(lines, x, y),
    '</svg>',
  ].join('\n');
}

/** Lines with a dot for each epoch and their names at their ends, moved apart where they would meet. */
function drawLines(lines, x, y) {
  let last = Number.NEGATIVE_INFINITY;
  const ends = new Map();
  for (const line of [...lines].sort((a, b) => b.values.at(-1) - a.values.at(-1))) {
    last = Math.max(y(line.values.at(-1)) + 4, last + LABEL_GAP);
    ends.set(line, last);
  }
  return lines.map((line) => {
    const { name, values, className } = line;
    const points = values.map((value, i) => [x(i + 1).toFixed(1), y(value).toFixed(1)]);
    const dots = points.map(
      ([cx, cy], i) =>
        `<circle cx="${cx}" cy="${cy}" r="3"><title>epoch ${i + 1}: ${(100 * values[i]).toFixed(2)} %</title></circle>`,
    );
    const text = `<text x="${(x(values.length) + 10).toFixed(1)}" y="${ends.get(line).toFixed(1)}">${name}</text>`;
    return `<g class="${className}"><polyline points="${points.join(' ')}"/>${dots.join('')}${text}</g>`;
  });
}
