import { isDate, isError } from './realm.js';

/**
 * Shows a value in an error message: any value, on one line, short, and without ever throwing.
 * It is not for logs or for printing results.
 */

/** The longest text that {@link show} gives, in characters. */
const MOST = 80;
/** The longest part of a string that is quoted. */
const MOST_QUOTED = 50;
/** Items of a list and keys of an object that are looked at; what is cut off stays unread. */
const MOST_ITEMS = 12;

/** A value as a message shows it, in at most 80 characters. Never throws. */
export function show(value: unknown): string {
  try {
    return cut(showAny(value, 2));
  } catch {
    // A proxy or a getter may throw whatever is asked of it.
    return 'an object that cannot be read';
  }
}

function cut(text: string): string {
  const line = text.replace(/[\n\r\u2028\u2029]+/g, ' ');
  if (line.length <= MOST) return line;
  // Half a surrogate pair would print as a broken character.
  return `${line.slice(0, MOST - 2).replace(/[\uD800-\uDBFF]$/, '')} …`;
}

/** `depth` levels of lists and objects are opened. */
function showAny(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      // The decimal digits of a large one take longer to work out than anybody wants to wait.
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

/** A string in single quotes, with escapes for what does not print. */
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

/** What an error says, or whatever was thrown in place of one. */
export function messageOf(error: unknown): string {
  return isError(error) ? error.message : show(error);
}
