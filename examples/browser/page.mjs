// The page: a canvas to draw on, samples to pick, and the model's probabilities as bars.
import * as ort from '/ort/ort.wasm.bundle.min.mjs';
import { pixelsOf, SIDE, showPixels } from './pixels.mjs';

ort.env.wasm.wasmPaths = { wasm: '/ort/ort-wasm-simd-threaded.wasm' };
// More threads need a server that isolates the page; a digit takes one a millisecond.
ort.env.wasm.numThreads = 1;

const find = (id) => document.getElementById(id);
const [canvas, seen, answer, bars] = ['canvas', 'seen', 'answer', 'bars'].map(find);
const pen = canvas.getContext('2d', { willReadFrequently: true });
/** How the images of the training data were made, for drawings. */
let made;

const rows = Array.from({ length: 10 }, (_, digit) => {
  const row = document.createElement('li');
  row.innerHTML = `<span>${digit}</span><span class="track"><span class="bar"></span></span><span class="value"></span>`;
  bars.append(row);
  return row;
});

/** Shows probabilities, or nothing for an empty canvas. */
function show(probabilities) {
  const best = probabilities?.indexOf(Math.max(...probabilities));
  rows.forEach((row, digit) => {
    const p = probabilities?.[digit];
    row.classList.toggle('best', digit === best);
    row.querySelector('.bar').style.width = `${100 * (p ?? 0)}%`;
    row.querySelector('.value').textContent = p === undefined ? '' : `${(100 * p).toFixed(1)} %`;
    if (p === undefined) delete row.dataset.probability;
    else row.dataset.probability = p;
  });
  if (probabilities === undefined) answer.textContent = 'Draw with the mouse, a pen or a finger.';
  else answer.innerHTML = `This is a <strong>${best}</strong>.`;
}

function fail(error) {
  find('error').hidden = false;
  find('error').textContent = `The model does not run here: ${error.message}`;
}

const session = ort.InferenceSession.create('model.onnx');
/** One image at a time: a session runs one after the other. */
let last = Promise.resolve();
/** Numbers the images, so that a late answer does not take the place of a newer one. */
let newest = 0;

/** Asks the model about an image, and shows what it says. */
function read(pixels) {
  const own = ++newest;
  showPixels(seen, pixels);
  const work = last.then(async () => {
    if (own !== newest) return;
    if (pixels === undefined) return show(undefined);
    const input = new ort.Tensor('float32', Float32Array.from(pixels), [1, SIDE, SIDE, 1]);
    const { probabilities } = await (await session).run({ input }, ['probabilities']);
    if (own === newest) show(Array.from(probabilities.data));
  });
  last = work.catch(fail);
}

function release() {
  for (const button of find('samples').children) button.setAttribute('aria-pressed', 'false');
}

function clear() {
  pen.fillStyle = '#000';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  release();
}

/** Where the pointer is, in pixels of the canvas. */
function place(event) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [((event.clientX - left) / width) * canvas.width, ((event.clientY - top) / height) * canvas.height];
}

canvas.addEventListener('pointerdown', (event) => {
  canvas.setPointerCapture(event.pointerId);
  if ([...find('samples').children].some((button) => button.getAttribute('aria-pressed') === 'true')) clear();
  Object.assign(pen, { lineWidth: made.pen, lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff' });
  pen.beginPath();
  pen.moveTo(...place(event));
  pen.lineTo(...place(event));
  pen.stroke();
  read(pixelsOf(canvas, made));
});
canvas.addEventListener('pointermove', (event) => {
  if (event.buttons === 0) return;
  pen.lineTo(...place(event));
  pen.stroke();
  read(pixelsOf(canvas, made));
});
find('clear').addEventListener('click', () => {
  clear();
  read(undefined);
});

/** A button that shows a digit and gives it to the model as it is. */
function sampleButton({ digit, image }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.setAttribute('aria-label', `A ${digit}`);
  button.setAttribute('aria-pressed', 'false');
  const picture = document.createElement('canvas');
  picture.width = SIDE;
  picture.height = SIDE;
  showPixels(picture, image);
  button.append(picture);
  button.addEventListener('click', () => {
    clear();
    button.setAttribute('aria-pressed', 'true');
    pen.imageSmoothingEnabled = false;
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    read(image);
  });
  return button;
}

try {
  const { samples, about, images } = await (await fetch('samples.json')).json();
  made = images;
  find('about').textContent = about;
  find('samples').append(...samples.map(sampleButton));
  clear();
  await session;
  read(undefined);
  await last;
  document.body.dataset.ready = 'true';
} catch (error) {
  fail(error);
}
