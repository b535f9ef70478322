import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { learningCurve } from './curve.mjs';
import { pngUri } from './png.mjs';

/** Images of each kind that a page shows at most. */
const MOST_PICTURES = 40;

const STYLE = `
:root { color-scheme: light dark; --back: #fbfbf9; --card: #fff; --text: #1d1d1b; --quiet: #62625c; --line: #dcdcd6;
  --good: #1a7f4b; --wrong: #c0282d; --seen: #8a6d1f; --held: #1f5fa8; }
@media (prefers-color-scheme: dark) { :root { --back: #161615; --card: #20201e; --text: #ecece6; --quiet: #a3a39a; --line: #3a3a36;
  --good: #55c98a; --wrong: #ff7b74; --seen: #d9b44a; --held: #74b3f5; } }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .25rem; }
p { color: var(--quiet); margin: .25rem 0 1rem; max-width: 46rem; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; margin: 1rem 0; }
dt { color: var(--quiet); font-size: .85rem; } dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.grid-of { display: grid; gap: .6rem; grid-template-columns: repeat(auto-fill, minmax(var(--cell), 1fr)); }
figure { margin: 0; padding: .35rem; background: var(--card); border: 2px solid var(--line); border-radius: .4rem; text-align: center; }
figure img { width: 100%; image-rendering: pixelated; display: block; border-radius: .15rem; }
figcaption { font-size: .8rem; line-height: 1.25; margin: .3rem -.25rem 0; overflow-wrap: anywhere; }
figure.wrong { border-color: var(--wrong); } .wrong b { color: var(--wrong); } .right b { color: var(--good); }
figcaption small { color: var(--quiet); display: block; font-size: .75rem; }
svg { width: 100%; max-width: 44rem; height: auto; font: 12px system-ui, sans-serif; }
svg .grid { stroke: var(--line); } svg .tick { fill: var(--quiet); }
svg polyline { fill: none; stroke-width: 2; } .seen polyline { stroke: var(--seen); } .held polyline { stroke: var(--held); }
.seen circle, .seen text { fill: var(--seen); } .held circle, .held text { fill: var(--held); }
`;

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const percent = (share, digits = 2) => `${(100 * share).toFixed(digits)} %`;

/** One test image with what was predicted; a wrong one says what it is. */
function pictureOf({ pixels, shape }, row, { predicted, probability, label }, classes) {
  const size = shape[0] * shape[1] * shape[2];
  const uri = pngUri(pixels.subarray(row * size, (row + 1) * size), shape);
  const [said, is] = [classes[predicted], classes[label]].map(escaped);
  const isRight = predicted === label;
  const alt = isRight ? `${is}, predicted` : `predicted ${said}, is ${is}`;
  const note = isRight ? `${said}` : `✗ ${said}`;
  const truth = isRight ? percent(probability, 0) : `is ${is}`;
  return `<figure class="${isRight ? 'right' : 'wrong'}"><img src="${uri}" alt="${alt}"><figcaption><b>${note}</b><small>${truth}</small></figcaption></figure>`;
}

/**
 * Weights of a convolution's filters as images. Of grey images: orange above 0, blue below, white at 0. Of colours: each
 * channel around middle grey.
 * @param {{ data: Float32Array, shape: number[] }} kernel [height, width, channels, filters]
 */
function filterPictures({ data, shape: [height, width, channels, filters] }) {
  return Array.from({ length: filters }, (_, f) => {
    const weights = Array.from({ length: height * width * channels }, (_unused, i) => data[i * filters + f]);
    const largest = Math.max(...weights.map(Math.abs)) || 1;
    const pixels = weights.flatMap((w) =>
      channels === 1 ? diverging(w / largest) : [127.5 + (127.5 * w) / largest],
    );
    const uri = pngUri(pixels.map(Math.round), [height, width, 3]);
    return `<figure><img src="${uri}" alt="filter ${f + 1}"></figure>`;
  });
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
  const draw = (rows) =>
    rows.slice(0, MOST_PICTURES).map((row) => pictureOf(images, row, answers[row], classes));
  const cell = classes.every((name) => name.length === 1) ? '4rem' : '5.5rem';
  const section = (heading, text, body) => `<section><h2>${heading}</h2>\n<p>${text}</p>\n${body}</section>`;
  const grid = (figures, width = cell) =>
    `<div class="grid-of" style="--cell: ${width}">${figures.join('\n')}</div>`;
  const curve = learningCurve([
    { name: 'training', values: history.accuracy, className: 'seen' },
    { name: 'held out', values: history.valAccuracy, className: 'held' },
  ]);
  const facts = numbers.map(
    ([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`,
  );
  const page = [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<title>${escaped(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(title)}</h1><p>${escaped(about)}</p><dl>${facts.join('')}</dl>`,
    section(
      'Learning curve',
      'Accuracy after each epoch. Training accuracy is counted while the network changes, with dropout and augmentation on.',
      curve,
    ),
    section(
      'Test images',
      'The first ones, in the order of the file, with the predicted class and its probability; wrong ones are framed and crossed.',
      grid(draw(answers.map((_, row) => row))),
    ),
    section(
      `Wrong: ${wrong.length} of ${answers.length}`,
      `What the network took each for, and what it is${wrong.length > MOST_PICTURES ? `: the first ${MOST_PICTURES}` : ''}.`,
      grid(draw(wrong)),
    ),
    section(
      'Filters of the first layer',
      filters.shape[2] === 1
        ? 'One image per filter: orange weights want ink, blue ones want none.'
        : 'One image per filter: each colour is the weight of its channel, grey is 0.',
      grid(filterPictures(filters), '4rem'),
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
