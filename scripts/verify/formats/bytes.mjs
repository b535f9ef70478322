/** The string that ends with a zero byte at `at`. */
export function cString(bytes, at) {
  const end = bytes.indexOf(0, at);
  return bytes.toString('latin1', at, end < 0 ? bytes.length : end);
}

/** `count` results of `read(offset)`, a fixed number of bytes apart. */
export function entries(at, count, size, read) {
  return Array.from({ length: count }, (_, i) => read(at + i * size));
}
