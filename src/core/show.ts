import { isDate, isError } from './realm.js';

/**
 * Shows any value in an error message, on one short line, without ever throwing. It is not for logs
 * or for printing results.
 */

/** Maximum length of the text that {@link show} returns, in characters. */
const MOST = 80;
/** Maximum length of a quoted part of a string. */
const MOST_QUOTED = 50;
/** Maximum number of list items and object keys shown; the rest is not read. */
const MOST_ITEMS = 12;

/** A value as a message shows it, in at most 80 characters. Never throws. */
export function show(value: unknown): string {
  try {
    return cut(showAny(value, 2));
  } catch {
    // A proxy or a getter may throw on any access.
    return 'an object that cannot be read';
  }
}

function cut(text: string): string {
  const line = text.replace(/[\n\r\u2028\u2029]+/g, ' ');
  if (line.length <= MOST) return line;
  // Half a surrogate pair would print as a broken character.
  return `${line.slice(0, MOST - 2).replace(/[\uD800-\uDBFF]$/, '')} …`;
}

/** `depth` levels of lists and objects are shown. */
function showAny(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      // Computing the decimal digits of a large BigInt would take too long.
      return value > -(10n ** 40n) && value < 10n ** 40n ? `${value}n` : 'a BigInt of over 40 digits';
    case 'function':
      return named(
        /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function',
        value.name,
      );
    case 'object':
      return value === null ? 'null' : showObject(value, depth);
    default:
      return String(value);
  }
}

const named = (kind: string, name: unknown): string =>
  typeof name === 'string' && name !== '' ? `the ${kind} ${name}` : `a ${kind}`;

/** A string in single quotes, with escapes for unprintable characters. */
function quote(text: string): string {
  const start = text.slice(0, MOST_QUOTED).replace(/[\uD800-\uDBFF]$/, '');
  const quoted = `'${JSON.stringify(start).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  return start.length < text.length ? `${quoted} … (${text.length} characters)` : quoted;
}

function showObject(value: object, depth: number): string {
  if (ArrayBuffer.isView(value)) {
    const { length, byteLength } = value as unknown as { length?: number; byteLength: number };
    return `${className(value)}(${length ?? byteLength})`;
  }
  if (Array.isArray(value)) return showList(value, depth);
  if (isDate(value)) {
    return Number.isNaN(value.getTime()) ? 'an invalid Date' : `Date ${value.toISOString()}`;
  }
  if (isError(value)) return `${value.name}: ${value.message}`;
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== null) return `a value of class ${className(value)}`;
  return showFields(value as Record<string, unknown>, depth);
}

function className(value: object): string {
  const maker = (value as { constructor?: unknown }).constructor;
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'without a name';
}

function showList(list: readonly unknown[], depth: number): string {
  if (list.length === 0) return '[]';
  if (depth === 0) return `a list of ${list.length}`;
  const items: string[] = [];
  for (let i = 0; i < list.length && i < MOST_ITEMS; i++) items.push(showAny(list[i], depth - 1));
  const rest = list.length > MOST_ITEMS ? `, … (${list.length} items)` : '';
  const text = `[${items.join(', ')}${rest}]`;
  return text.length <= MOST ? text : `[${items[0]}, … (${list.length} items)]`;
}

function showFields(object: Record<string, unknown>, depth: number): string {
  const keys = Object.keys(object);
  if (keys.length === 0) return '{}';
  if (depth === 0) return '{ … }';
  const fields = keys.slice(0, MOST_ITEMS).map((key) => `${key}: ${showAny(object[key], depth - 1)}`);
  const rest = keys.length > MOST_ITEMS ? ', …' : '';
  return `{ ${fields.join(', ')}${rest} }`;
}

/** The message of an error, or a description of whatever else was thrown. */
export function messageOf(error: unknown): string {
  return isError(error) ? error.message : show(error);
}
