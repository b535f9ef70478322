/** A file of this header and data, padded or not as the caller wrote it. */
export function safetensorsFile(header: string | Uint8Array, data: ArrayLike<number>): Uint8Array {
  const text = Buffer.from(header as string);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Uint8Array.from(Buffer.concat([length, text, Uint8Array.from(data)]));
}

/**
 * What safetensors 0.4 and later write from Python: metadata first, then tensors by falling element size and rising
 * name, spaces up to a multiple of 8. The bytes are spelled out by hand.
 */
export function pythonFile(): Uint8Array {
  const header =
    '{"__metadata__":{"format":"pt"},' +
    '"wide":{"dtype":"F64","shape":[],"data_offsets":[0,8]},' +
    '"bias":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},' +
    '"kernel":{"dtype":"F32","shape":[2,2],"data_offsets":[16,32]},' +
    '"label":{"dtype":"I32","shape":[1],"data_offsets":[32,36]},' +
    '"pixels":{"dtype":"U8","shape":[3,1],"data_offsets":[36,39]}}';
  return safetensorsFile(header.padEnd(Math.ceil(header.length / 8) * 8), [
    ...[0x18, 0x2d, 0x44, 0x54, 0xfb, 0x21, 0x09, 0x40], // π
    ...[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], // 1, −2
    ...[0, 0, 0, 0x3f, 0, 0, 0x80, 0x3e, 0, 0, 0, 0x40, 0, 0, 0x80, 0x44], // 0.5, 0.25, 2, 1024
    ...[0xf9, 0xff, 0xff, 0xff], // −7
    ...[0, 127, 255],
  ]);
}
