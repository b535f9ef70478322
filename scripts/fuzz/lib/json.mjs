/** Damages what JSON says. */
import { doOneOf, oneOf } from './draw.mjs';

/** Values that stand at the edges of what code expects. */
const EDGES = [
  ...[null, true, false, '', 'x', '__proto__', 'constructor', 'toString', 'softmax', 'same', 'valid', 'u8'],
  ...[[], [[]], {}, { name: 'x' }, { l1: -1 }, [1], [1, 1], [2, 2, 2], [0, 0], [-1], [1e9], [3, 3]],
  ...[0, -0, 1, 2, 3, 7, 16, -1, 0.5, 1.5, 255, 256, 257, 1023, 1024, 32767, 32768, 32769, 65536],
  ...[2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 60],
  ...[1e-320, 1e-46, 1e-38, 1e38, 3.5e38, 1e39, 1e300, -1e300, 1e9],
];
/** Numbers that code may take for good although kernels do not. */
const NUMBER_EDGES = [0, 1, 1e-46, 255, 257, 32767, 32768, 32769, 2 ** 31, 2 ** 53 - 1, 3.5e38, -1e300];
/** Nesting of which JSON.parse, or what walks its result, may run out of stack. */
const DEEP = 3000;
const KEYS = ['name', 'type', 'x', '__proto__', 'length', 'units'];

function placesOf(value, found = []) {
  if (typeof value !== 'object' || value === null) return found;
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const key of keys) {
    found.push({ holder: value, key });
    placesOf(value[key], found);
  }
  return found;
}

const valueAt = ({ holder, key }) => holder[key];

/** Also where the key is `__proto__`. */
function setAt({ holder, key }, value) {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

function remove(_draw, { holder, key }) {
  if (Array.isArray(holder)) holder.splice(key, 1);
  else delete holder[key];
}

const copyOver = (draw, place, all) => setAt(place, structuredClone(valueAt(oneOf(draw, all))));

function repeat(draw, { holder, key }) {
  const value = structuredClone(holder[key]);
  if (Array.isArray(holder)) holder.splice(key, 0, value);
  else setAt({ holder, key: oneOf(draw, KEYS) }, value);
}

function nudge(draw, place) {
  const old = valueAt(place);
  if (typeof old === 'number') setAt(place, oneOf(draw, [old + 1, old - 1, old * 2, -old, old / 2]));
  else setAt(place, [old]);
}

function nest(draw, place) {
  if (draw(20) > 0) return;
  let deep = valueAt(place);
  for (let i = 0; i < DEEP; i++) deep = [deep];
  setAt(place, deep);
}

const setEdge = (draw, place) => setAt(place, structuredClone(oneOf(draw, EDGES)));

function setNumberEdge(draw, _place, all) {
  const numbers = all.filter((place) => typeof valueAt(place) === 'number');
  if (numbers.length > 0) setAt(oneOf(draw, numbers), oneOf(draw, NUMBER_EDGES));
}

const CHANGES = [
  remove,
  copyOver,
  repeat,
  nudge,
  nest,
  setEdge,
  setEdge,
  setEdge,
  setNumberEdge,
  setNumberEdge,
];

/** Changes one place of a JSON text. Text that JSON.parse refuses stays as it is. */
export function changeJson(draw, text) {
  try {
    const value = JSON.parse(text);
    const all = placesOf(value);
    if (all.length > 0) doOneOf(draw, CHANGES, oneOf(draw, all), all);
    return JSON.stringify(value);
  } catch {
    // Damaged beyond JSON already, or nested too deep to be written.
    return text;
  }
}
