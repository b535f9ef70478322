const float = new Float32Array(1);
const word = new Int32Array(float.buffer);

/** The bits of a float32, as a signed word. */
export function bitsOf(x: number): number {
  float[0] = x;
  return word[0] as number;
}

/** The float32 of these bits. */
export function floatOf(bits: number): number {
  word[0] = bits;
  return float[0] as number;
}
