// From a drawing to the 28 × 28 pixels that the model was trained on, as the authors of its data
// made them. MNIST: a digit fits into 20 × 20 pixels, and its centre of mass is the centre of the
// image. UCI's digits: it fills 8 × 8 pixels, which are enlarged.

export const SIDE = 28;
/** Brightness from which a pixel is part of the drawing. */
const VISIBLE = 8;

/** Brightness of each pixel of a canvas, from 0 to 255. */
function brightness(canvas) {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return Uint8ClampedArray.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
}

/** The smallest rectangle around what was drawn; undefined for an empty canvas. */
function bounds(values, width) {
  let [left, right, top, bottom] = [width, -1, width, -1];
  values.forEach((value, i) => {
    if (value < VISIBLE) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  });
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** How far the centre of mass lies from the centre, in whole pixels. */
function offset(values, side) {
  let [sum, x, y] = [0, 0, 0];
  values.forEach((value, i) => {
    sum += value;
    x += value * (i % side);
    y += value * Math.floor(i / side);
  });
  const middle = (side - 1) / 2;
  return sum === 0 ? [0, 0] : [Math.round(middle - x / sum), Math.round(middle - y / sum)];
}

function smallCanvas(side, smoothing) {
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingQuality = smoothing;
  return [canvas, context];
}

/**
 * The pixels of a drawing, row by row, from 0 to 255; undefined for an empty canvas.
 * @param {{ grid: number, digit: number }} made how the model's data were made: sides of the first
 *   image and of the digit in it, in pixels
 */
export function pixelsOf(drawing, { grid, digit }) {
  const box = bounds(brightness(drawing), drawing.width);
  if (box === undefined) return undefined;
  const scale = digit / Math.max(box.width, box.height);
  const [width, height] = [box.width * scale, box.height * scale];
  const draw = (dx, dy) => {
    const [canvas, context] = smallCanvas(grid, 'high');
    const place = [(grid - width) / 2 + dx, (grid - height) / 2 + dy, width, height];
    context.drawImage(drawing, box.left, box.top, box.width, box.height, ...place);
    return canvas;
  };
  const centred = digit === grid ? draw(0, 0) : draw(...offset(brightness(draw(0, 0)), grid));
  const [enlarged, context] = smallCanvas(SIDE, 'low');
  context.drawImage(centred, 0, 0, SIDE, SIDE);
  return brightness(enlarged);
}

/** Shows pixels on a canvas of 28 × 28. */
export function showPixels(canvas, pixels) {
  const context = canvas.getContext('2d');
  const image = context.createImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    image.data.fill(pixels?.[i] ?? 0, 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
