import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { plots } from 'steepest/report';

/** Images of each kind that a page shows at most. */
const MOST_PICTURES = 40;
/** Units of a drawing's width: on a phone of 390 px, its text has 11 px. */
const WIDTH = 380;

const STYLE = `
:root { color-scheme: light dark; --back: #fbfbf9; --text: #1d1d1b; --quiet: #62625c; --card: #fff; }
@media (prefers-color-scheme: dark) { :root { --back: #161615; --text: #ecece6; --quiet: #a3a39a; --card: #20201e; } }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .25rem; }
p { color: var(--quiet); margin: .25rem 0 1rem; max-width: 46rem; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; margin: 1rem 0; }
dt { color: var(--quiet); font-size: .85rem; } dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.steepest-plot { width: 100%; max-width: 34rem; display: block; --plot-back: var(--card); }
`;

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const percent = (share, digits = 2) => `${(100 * share).toFixed(digits)} %`;

/** What stands below a test image: what was predicted, and of a wrong one what it is. */
function captionOf({ predicted, probability, label }, classes) {
  const isWrong = predicted !== label;
  return {
    text: classes[predicted],
    note: isWrong ? `is ${classes[label]}` : percent(probability, 0),
    isWrong,
  };
}

/** Some images with their answers, each row of `rows` one. */
function pictures({ pixels, shape }, rows, answers, classes) {
  const size = shape[0] * shape[1] * shape[2];
  const shown = rows.slice(0, MOST_PICTURES);
  if (shown.length === 0) return '<p>None.</p>';
  const data = new Uint8Array(shown.length * size);
  for (const [i, row] of shown.entries()) data.set(pixels.subarray(row * size, (row + 1) * size), i * size);
  const captions = shown.map((row) => captionOf(answers[row], classes));
  const options = { title: 'Test images', heading: false, width: WIDTH, captions };
  return plots.images({ data, shape: [shown.length, ...shape] }, options);
}

/**
 * Weights of a convolution's filters as images. Of grey images: orange above 0, blue below, white at 0. Of colours: each
 * channel around middle grey.
 * @param {{ data: Float32Array, shape: number[] }} kernel [height, width, channels, filters]
 */
function filterPictures({ data, shape: [height, width, channels, filters] }) {
  const pixels = Array.from({ length: filters }, (_, f) => {
    const weights = Array.from({ length: height * width * channels }, (_unused, i) => data[i * filters + f]);
    const largest = Math.max(...weights.map(Math.abs)) || 1;
    return weights.flatMap((w) =>
      channels === 1 ? diverging(w / largest) : [127.5 + (127.5 * w) / largest],
    );
  });
  return plots.images(
    { data: Uint8Array.from(pixels.flat(), Math.round), shape: [filters, height, width, 3] },
    { title: 'Filters of the first layer', heading: false, width: WIDTH },
  );
}

/** −1 blue, 0 white, 1 orange. */
function diverging(t) {
  const end = t < 0 ? [33, 102, 172] : [217, 95, 2];
  return end.map((channel) => 255 + (channel - 255) * Math.abs(t));
}

/**
 * Writes one self-contained page about a trained network: numbers, learning curve, test images with predicted classes (the first
 * ones, then the wrong ones), filters of the first layer.
 * @param {string} file where to; folders are made
 * @param {{
 *   title: string, about: string, numbers: [string, string][], history: Record<string, number[]>,
 *   images: { pixels: Uint8Array, shape: [number, number, number] }, labels: ArrayLike<number>, classes: readonly string[],
 *   probabilities: { data: Float32Array, shape: readonly number[] }, filters: { data: Float32Array, shape: number[] } }} result
 * @returns {Promise<{ wrong: number }>} how many images were taken for something else
 */
export async function writePage(file, result) {
  const { title, about, numbers, history, images, labels, classes, filters } = result;
  const answers = answersOf(result.probabilities, labels);
  const wrong = answers.flatMap(({ predicted, label }, row) => (predicted === label ? [] : [row]));
  const section = (heading, text, body) => `<section><h2>${heading}</h2>\n<p>${text}</p>\n${body}</section>`;
  const facts = numbers.map(
    ([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`,
  );
  const page = [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<title>${escaped(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(title)}</h1><p>${escaped(about)}</p><dl>${facts.join('')}</dl>`,
    section(
      'Learning curve',
      'Loss and accuracy after each epoch. Those of training are counted while the network changes, with dropout and augmentation on.',
      plots.learningCurve(history, { heading: false, width: WIDTH }),
    ),
    section(
      'Test images',
      'The first ones, in the order of the file, with the predicted class and its probability; wrong ones are framed and crossed.',
      pictures(images, [...answers.keys()], answers, classes),
    ),
    section(
      `Wrong: ${wrong.length} of ${answers.length}`,
      `What the network took each for, and what it is${wrong.length > MOST_PICTURES ? `: the first ${MOST_PICTURES}` : ''}.`,
      pictures(images, wrong, answers, classes),
    ),
    section(
      'Filters of the first layer',
      filters.shape[2] === 1
        ? 'One image per filter: orange weights want ink, blue ones want none.'
        : 'One image per filter: each colour is the weight of its channel, grey is 0.',
      filterPictures(filters),
    ),
    '</body></html>',
  ];
  await mkdir(dirname(resolve(file)), { recursive: true });
  await writeFile(file, `${page.join('\n')}\n`);
  return { wrong: wrong.length };
}

/** The most probable class of each row, beside its label. */
function answersOf({ data, shape: [rows, classes] }, labels) {
  return Array.from({ length: rows }, (_, row) => {
    const scores = data.subarray(row * classes, (row + 1) * classes);
    const predicted = scores.indexOf(Math.max(...scores));
    return { predicted, probability: scores[predicted], label: labels[row] };
  });
}
