import { deserialize, serialize } from 'node:v8';
import type { ClusterInternals } from '../../../core/clusterOption.js';
import type { ModelState } from '../../training/state.js';

/** Bytes of arrays that are sent at once, unless one has more: a message needs memory of its own. */
const PIECE_BYTES = 2 ** 26;

/** A state without its arrays: their names and lengths, in order. */
interface Outline extends Pick<ModelState, 'step' | 'epochs' | 'rate' | 'shards'> {
  parameters: [name: string, length: number][];
  slots: [name: string, slots: [slot: string, length: number][]][];
}

const lengths = (arrays: ReadonlyMap<string, Float32Array>): [string, number][] =>
  [...arrays].map(([name, { length }]) => [name, length]);

function outlineOf({ parameters, slots, ...counters }: ModelState): Outline {
  const outlines = [...slots].map(([name, own]): Outline['slots'][number] => [name, lengths(own)]);
  return { parameters: lengths(parameters), slots: outlines, ...counters };
}

const arraysOf = ({ parameters, slots }: Pick<ModelState, 'parameters' | 'slots'>): Float32Array[] => [
  ...parameters.values(),
  ...[...slots.values()].flatMap((own) => [...own.values()]),
];

/** A state with new arrays. */
function emptyState({ parameters, slots, ...counters }: Outline): ModelState {
  const arrays = (list: [string, number][]): Map<string, Float32Array> =>
    new Map(list.map(([name, length]) => [name, new Float32Array(length)]));
  return {
    ...counters,
    parameters: arrays(parameters),
    slots: new Map(slots.map(([name, own]) => [name, arrays(own)])),
  };
}

/** Cuts arrays into runs that are sent at once. */
function piecesOf(arrays: readonly Float32Array[]): Float32Array[][] {
  const pieces: Float32Array[][] = [];
  let room = 0;
  for (const array of arrays) {
    if (pieces.length === 0 || array.byteLength > room) {
      pieces.push([]);
      room = PIECE_BYTES;
    }
    pieces.at(-1)!.push(array);
    room -= array.byteLength;
  }
  return pieces;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Gives all ranks the state of rank 0.
 * @param state rank 0's; undefined on the others
 */
export async function broadcastState(
  cluster: ClusterInternals,
  state: ModelState | undefined,
): Promise<ModelState> {
  const outline = await cluster.broadcastBytes(state && serialize(outlineOf(state)), 0);
  const whole = state ?? emptyState(deserialize(outline) as Outline);
  for (const piece of piecesOf(arraysOf(whole))) {
    const sent = await cluster.broadcastBytes(state && Buffer.concat(piece.map(bytesOf)), 0);
    if (state !== undefined) continue;
    let at = 0;
    for (const array of piece) {
      bytesOf(array).set(sent.subarray(at, at + array.byteLength));
      at += array.byteLength;
    }
  }
  return whole;
}
