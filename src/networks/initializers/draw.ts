import { UniformStream } from '../../core/random.js';
import type { InitializerRequest } from './definition.js';

/**
 * Added to the stream, so that initializers never share random numbers with dropout or shuffling.
 */
const STREAM_BASE = 0x49_000000;

/** The uniform numbers of a parameter. */
export const uniformsOf = ({ seed, stream }: Pick<InitializerRequest, 'seed' | 'stream'>): UniformStream =>
  new UniformStream(seed, STREAM_BASE + stream);

/** Value i from uniform number i, in (0, 1). */
export function draw(
  request: Pick<InitializerRequest, 'length' | 'seed' | 'stream'>,
  toValue: (uniform: number) => number,
): Float32Array<ArrayBuffer> {
  const uniforms = uniformsOf(request);
  const values = new Float32Array(request.length);
  for (let i = 0; i < values.length; i++) values[i] = toValue(uniforms.at(i));
  return values;
}
