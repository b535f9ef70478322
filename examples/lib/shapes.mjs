const SIDE = 32;
const CHANNELS = 3;

/** Names of the ten kinds of images, in the order of their labels. */
export const shapeClasses = [
  'disc',
  'ring',
  'square',
  'frame',
  'triangle',
  'cross',
  'bars',
  'columns',
  'checks',
  'gradient',
];

/** Whether the point (x, y), −1 … 1 within the figure, is painted; how much of it, for the last kind. */
const INK = [
  (x, y) => x * x + y * y < 1,
  (x, y) => x * x + y * y < 1 && x * x + y * y > 0.4,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.9 && Math.max(Math.abs(x), Math.abs(y)) > 0.55,
  (x, y) => y < 0.8 && Math.abs(x) < (y + 1) / 1.8,
  (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.28 && Math.max(Math.abs(x), Math.abs(y)) < 0.95,
  (x, y) => Math.abs(x) < 0.95 && Math.abs(y) < 0.95 && Math.floor((y + 1) * 3) % 2 === 0,
  (x, y) => Math.abs(x) < 0.95 && Math.abs(y) < 0.95 && Math.floor((x + 1) * 3) % 2 === 0,
  (x, y) =>
    Math.max(Math.abs(x), Math.abs(y)) < 0.95 &&
    (Math.floor((x + 1) * 2.2) + Math.floor((y + 1) * 2.2)) % 2 === 0,
  (x, y) => (x * x + y * y < 1 ? (1 - x * x - y * y) * 0.9 : 0),
];

/**
 * Coloured figures on coloured, noisy grounds, 32 × 32 × 3: a stand-in of CIFAR-10's size for those who have no data set at
 * hand. The same seed gives the same images.
 * @returns x as [rows, 32, 32, 3], y as [rows]: `{ data, shape }` each, in shared memory
 */
export function makeShapes(rows, seed) {
  const x = new Uint8Array(new SharedArrayBuffer(rows * SIDE * SIDE * CHANNELS));
  const y = new Int32Array(new SharedArrayBuffer(rows * Int32Array.BYTES_PER_ELEMENT));
  const random = randomNumbers(seed);
  for (let r = 0; r < rows; r++) {
    y[r] = r % INK.length;
    paint(x.subarray(r * SIDE * SIDE * CHANNELS), INK[y[r]], random);
  }
  return { x: { data: x, shape: [rows, SIDE, SIDE, CHANNELS] }, y: { data: y, shape: [rows] } };
}

function paint(pixels, ink, random) {
  const radius = 7 + 7 * random();
  const centre = [0, 1].map(() => radius + (SIDE - 2 * radius) * random());
  const ground = [0, 1, 2].map(() => 255 * random());
  // A colour too near to the ground's would hide the figure.
  const colour = ground.map((v) => (v + 90 + 75 * random()) % 255);
  for (let h = 0; h < SIDE; h++) {
    for (let w = 0; w < SIDE; w++) {
      const share = Number(ink((w + 0.5 - centre[1]) / radius, (h + 0.5 - centre[0]) / radius));
      for (let c = 0; c < CHANNELS; c++) {
        const noise = 40 * (random() - 0.5);
        const value = ground[c] * (1 - share) + colour[c] * share + noise;
        pixels[(h * SIDE + w) * CHANNELS + c] = Math.min(255, Math.max(0, value));
      }
    }
  }
}

/** Numbers from 0 to 1: a multiplicative congruential generator (Park & Miller 1988). */
function randomNumbers(seed) {
  let state = seed + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
