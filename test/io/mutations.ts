/**
 * Damages model files, at random but the same way for the same seed: their JSON, their tensors,
 * their bytes.
 */

import type { NdArray, NumericArray } from '#steepest/core/ndarray.js';
import { decodeSafetensors, encodeSafetensors } from '#steepest/io/safetensors.js';

export type Json = null | number | string | boolean | Json[] | { [key: string]: Json };

/** Whole numbers below a bound, by mulberry32. */
export type Draw = (below: number) => number;

export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const oneOf = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)]!;

/** Values that stand at the edges of what code expects. */
const EDGES: readonly Json[] = [
  ...[null, true, false, '', 'x', '__proto__', 'constructor', 'toString', 'softmax', 'same', 'valid', 'u8'],
  ...[[], [[]], {}, { name: 'x' }, { l1: -1 }, [1], [1, 1], [2, 2, 2], [0, 0], [-1], [1e9], [3, 3]],
  ...[0, -0, 1, 2, 3, 7, 16, -1, 0.5, 1.5, 255, 256, 257, 1023, 1024, 32767, 32768, 32769, 65536],
  ...[2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 60],
  ...[1e-320, 1e-46, 1e-38, 1e38, 3.5e38, 1e39, 1e300, -1e300, 1e9],
];

/** Numbers that code may take for good although kernels do not. */
const NUMBER_EDGES = [0, 1, 1e-46, 255, 257, 32767, 32768, 32769, 2 ** 31, 2 ** 53 - 1, 3.5e38, -1e300];

type Place = { holder: Json[] | { [key: string]: Json }; key: string | number };

function places(value: Json, found: Place[] = []): Place[] {
  if (Array.isArray(value)) {
    value.forEach((item, key) => {
      found.push({ holder: value, key });
      places(item, found);
    });
  } else if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      found.push({ holder: value, key });
      places(value[key]!, found);
    }
  }
  return found;
}

const valueAt = ({ holder, key }: Place): Json => (holder as Record<string | number, Json>)[key]!;
function setAt({ holder, key }: Place, value: Json): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Nesting of which JSON.parse, or what walks its result, may run out of stack. */
const DEEP = 3000;

function changeJson(value: Json, draw: Draw): void {
  const all = places(value);
  if (all.length === 0) return;
  const place = oneOf(draw, all);
  const { holder, key } = place;
  const old = valueAt(place);
  switch (draw(9)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(key as number, 1);
      else delete holder[key];
      break;
    case 1:
      setAt(place, structuredClone(valueAt(oneOf(draw, all))));
      break;
    case 2:
      if (Array.isArray(holder)) holder.splice(key as number, 0, structuredClone(old));
      else setAt({ holder, key: oneOf(draw, ['name', 'type', 'x', '__proto__', 'length', 'units']) }, old);
      break;
    case 3:
      if (typeof old === 'number') setAt(place, oneOf(draw, [old + 1, old - 1, old * 2, -old, old / 2]));
      else setAt(place, [old]);
      break;
    case 4: {
      if (draw(20) > 0) break;
      let deep: Json = old;
      for (let i = 0; i < DEEP; i++) deep = [deep];
      setAt(place, deep);
      break;
    }
    default:
      setAt(place, structuredClone(oneOf(draw, EDGES)));
  }
}

function changeTensors(tensors: Map<string, NdArray>, draw: Draw): void {
  const names = [...tensors.keys()];
  if (names.length === 0) return;
  const name = oneOf(draw, names);
  const { data, shape } = tensors.get(name)!;
  switch (draw(6)) {
    case 0:
      tensors.delete(name);
      break;
    case 1:
      tensors.set(oneOf(draw, [...names, 'x', '__proto__', `optimizer.v/${name}`]), { data, shape });
      break;
    case 2:
      tensors.set(name, { data, shape: [...shape, 1] });
      break;
    case 3: {
      const Type = oneOf(draw, [Float32Array, Float64Array, Int32Array, Uint8Array]);
      tensors.set(name, { data: Type.from(data as ArrayLike<number>) as NumericArray, shape });
      break;
    }
    case 4: {
      const copy = (data as Float32Array).slice();
      if (copy.length > 0) copy[draw(copy.length)] = oneOf(draw, [Number.NaN, Infinity, -1, 3e38, 1e-45, 0]);
      tensors.set(name, { data: copy, shape });
      break;
    }
    default: {
      const length = Math.max(0, data.length + oneOf(draw, [-1, 1, data.length]));
      const Type = data.constructor as Float32ArrayConstructor;
      const longer = new Type(length);
      longer.set((data as Float32Array).subarray(0, length));
      tensors.set(name, { data: longer, shape: [length] });
    }
  }
}

function changeBytes(file: Uint8Array, draw: Draw): Uint8Array {
  const header = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const copy = Uint8Array.from(file);
  for (let n = 1 + draw(4); n > 0; n--) {
    const at = draw(draw(4) > 0 ? header : copy.length);
    copy[at] = draw(2) > 0 ? copy[at]! ^ (1 << draw(8)) : oneOf(draw, [...Buffer.from('[]{}",:0129-e.\\')]);
  }
  return draw(10) > 0 ? copy : copy.subarray(0, draw(copy.length));
}

/** A damaged copy of a valid file. */
export function mutated(file: Uint8Array, draw: Draw): Uint8Array {
  if (draw(4) === 0) return changeBytes(file, draw);
  const { tensors, metadata } = decodeSafetensors(file);
  for (let n = 1 + draw(3); n > 0; n--) {
    const keys = Object.keys(metadata).filter((key) => /^[[{]/.test(metadata[key]!));
    if (draw(4) === 0) changeTensors(tensors, draw);
    else if (draw(30) === 0) metadata[oneOf(draw, keys)] = oneOf(draw, ['', '[', '{}', 'null', '"', '1e999']);
    else {
      const key = oneOf(draw, keys);
      try {
        const value = JSON.parse(metadata[key]!) as Json;
        changeJson(value, draw);
        metadata[key] = JSON.stringify(value);
      } catch {
        // Already damaged beyond JSON, or nested too deep to be written.
      }
    }
  }
  return encodeSafetensors(tensors, metadata);
}

/** Copies of a JSON text in which one number, or one of what can be a number, is at an edge. */
export function* atEdges(text: string): Generator<string> {
  const count = places(JSON.parse(text) as Json).length;
  for (let i = 0; i < count; i++) {
    for (const edge of NUMBER_EDGES) {
      const copy = JSON.parse(text) as Json;
      const place = places(copy)[i]!;
      if (typeof valueAt(place) !== 'number') break;
      setAt(place, edge);
      yield JSON.stringify(copy);
    }
  }
}
