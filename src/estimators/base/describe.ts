/** Prints estimators: the class, and the hyperparameters that differ from their defaults. */
import { show } from '../../core/show.js';
import { Sequential } from '../../networks/models/sequential.js';

/** Maximum length of a description on one line, in characters. */
const LINE = 80;
const INDENT = '  ';

/** `Name({ param: value, … })`, on several lines if one would be too long. */
export function describeEstimator(type: string, params: object, defaults: object): string {
  const changed = Object.entries(params).filter(
    ([name, value]) => !same(value, (defaults as Record<string, unknown>)[name]),
  );
  return changed.length === 0 ? `${type}()` : `${type}(${fields(changed)})`;
}

function fields(entries: readonly (readonly [string, unknown])[]): string {
  return enclosed(
    '{',
    entries.map(([name, value]) => `${name}: ${describe(value)}`),
    '}',
  );
}

function enclosed(open: string, items: readonly string[], close: string): string {
  const space = open === '{' ? ' ' : '';
  const line = `${open}${space}${items.join(', ')}${space}${close}`;
  if (line.length <= LINE && !line.includes('\n')) return line;
  const indented = items.map((item) => `${INDENT}${item.replaceAll('\n', `\n${INDENT}`)},`);
  return [open, ...indented, close].join('\n');
}

function describe(value: unknown): string {
  const own = ownText(value);
  if (own !== undefined) return own;
  if (Array.isArray(value) && value.length > 0) {
    // Long lists of plain values are cut; lists that may contain estimators are shown in full.
    return value.some((item) => typeof item === 'object' && item !== null)
      ? enclosed('[', value.map(describe), ']')
      : show(value);
  }
  const isPlain =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain && Object.keys(value).length > 0 ? fields(Object.entries(value)) : show(value);
}

/** Layers by name, at most so many. */
const MOST_LAYERS = 6;

function networkText({ config }: Sequential): string {
  const names = config.layers.map(({ name, type }) => name ?? type);
  const more = names.length > MOST_LAYERS ? [`… ${names.length - MOST_LAYERS} more`] : [];
  return `sequential({ layers: [${[...names.slice(0, MOST_LAYERS), ...more].join(', ')}] })`;
}

/** The description of an estimator, or of a network. */
function ownText(value: unknown): string | undefined {
  if (value instanceof Sequential) return networkText(value);
  const isEstimator = typeof value === 'object' && value !== null && 'getParams' in value;
  return isEstimator && value.toString !== Object.prototype.toString ? String(value) : undefined;
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item, i) => same(item, b[i]));
}
