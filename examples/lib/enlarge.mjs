/**
 * Grey images in another size, by bilinear interpolation between the middles of pixels.
 * @param {{ data: Uint8Array, shape: number[] }} images [rows, from²]
 * @param {number} from side of the images given
 * @param {number} to side of those that come out
 * @param {number} largest what white is in the images given; 255 in those that come out
 */
export function enlarge({ data, shape: [rows] }, from, to, largest) {
  const out = new Uint8Array(new SharedArrayBuffer(rows * to * to));
  const places = Array.from({ length: to }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.min(Math.floor(at), from - 2);
    return [first, at - first];
  });
  for (let r = 0; r < rows; r++) {
    const pixel = (h, w) => data[(r * from + h) * from + w];
    places.forEach(([h, down], i) => {
      places.forEach(([w, right], j) => {
        const above = pixel(h, w) * (1 - right) + pixel(h, w + 1) * right;
        const below = pixel(h + 1, w) * (1 - right) + pixel(h + 1, w + 1) * right;
        out[(r * to + i) * to + j] = Math.round(((above * (1 - down) + below * down) * 255) / largest);
      });
    });
  }
  return { data: out, shape: [rows, to, to] };
}
