/**
 * The advice of messages about numbers and dates in an unexpected format: the option that reads
 * them.
 */
import { NO_FORMAT } from './dateLooks.js';
import type { NumberLook } from './looks.js';

/** Maximum number of units that a message lists. */
const MOST_UNITS = 6;

/** The formats that match most of the texts; two if they match equally many. */
export function dateAdvice(name: string, formats: readonly (readonly string[])[]): string {
  const fits = new Map<string, number>();
  for (const format of formats.flat()) fits.set(format, (fits.get(format) ?? 0) + 1);
  const most = Math.max(...fits.values());
  const best = [...fits].filter(([, count]) => count === most).map(([format]) => format);
  if (best.includes(NO_FORMAT)) return 'write the dates as 2024-02-29';
  if (best.includes('')) return `pass dates: [${shownName(name)}]`;
  const option = (format: string): string => `dates: { ${shownName(name)}: { format: '${format}' } }`;
  const [first, second] = best;
  const dayFirst = second !== undefined && first!.replace('%d', '%m').slice(0, 2) === second.slice(0, 2);
  return `pass ${option(first!)}${dayFirst ? ` or, if the month comes first, format: '${second}'` : ''}`;
}

const shownName = (name: string): string => `'${name.replaceAll("'", "\\'")}'`;

/** How the other numbers of the file are written. */
interface FileMarks {
  decimal: '.' | ',';
  /** The column has plain numbers with a decimal mark. */
  fractions: boolean;
}

/** The marks that a column's digits prove, and one that is ambiguous. */
function marksOf(looks: readonly NumberLook[], file: FileMarks) {
  const decimal = new Set<string>(file.fractions ? [file.decimal] : []);
  const thousands = new Set<string>();
  const open = new Set<string>();
  for (const { digits } of looks) {
    const marks = digits.match(/[.,' _]/g) ?? [];
    const kinds = new Set(marks);
    const last = marks.at(-1)!;
    if (kinds.size > 1) {
      decimal.add(last);
      for (const kind of kinds) if (kind !== last) thousands.add(kind);
    } else if (marks.length > 1 || /[' _]/.test(last ?? '')) {
      thousands.add(last);
    } else if (marks.length === 1) {
      (/^[1-9]\d{0,2}[.,]\d{3}$/.test(digits) ? open : decimal).add(last);
    }
  }
  let either: string | undefined;
  for (const mark of open) {
    if (decimal.has(mark) || thousands.has(mark)) continue;
    if (decimal.size > 0) thousands.add(mark);
    else either = mark;
  }
  return { decimal: [...decimal][0], thousands: [...thousands][0], either };
}

const opposite = (mark: string): string => (mark === ',' ? '.' : ',');

/** The format that reads the numbers; two if a mark is ambiguous; undefined if none does. */
export function numberAdvice(
  name: string,
  looks: readonly NumberLook[],
  file: FileMarks,
): string | undefined {
  // Fortran's exponents.
  if (looks.some(({ digits }) => /[dD]/.test(digits))) return undefined;
  const { decimal, thousands, either } = marksOf(looks, file);
  const units = unitsOf(looks);
  const isAccounting = looks.some(({ accounting }) => accounting);
  const option = (point: string | undefined, group: string | undefined): string | undefined => {
    // The point and the comma are each other's opposite.
    const mark = point ?? (group === '.' || group === ',' ? opposite(group) : file.decimal);
    const fields = [
      ...(mark === file.decimal ? [] : [`decimal: '${mark}'`]),
      ...(group === undefined ? [] : [`thousands: ${group === "'" ? '"\'"' : `'${group}'`}`]),
      ...(units === undefined ? [] : [`units: ${units}`]),
      ...(isAccounting ? ['accounting: true'] : []),
    ];
    return fields.length === 0 ? undefined : `numbers: { ${shownName(name)}: { ${fields.join(', ')} } }`;
  };
  if (either === undefined) {
    const whole = option(decimal, thousands);
    const percent = units?.includes('%') ? ` for fractions, units: ['%'] for per cent` : '';
    return whole && `pass ${whole}${percent}`;
  }
  const example = looks.find(({ digits }) => digits.includes(either))!.digits;
  const [whole, part] = example.split(either) as [string, string];
  const small = option(either, thousands) ?? 'nothing';
  return `pass ${option(opposite(either), either)} if "${example}" is ${whole}${part}, ${small} if it is ${whole}.${part}`;
}

function unitsOf(looks: readonly NumberLook[]): string | undefined {
  const units = [
    ...new Set(
      looks.flatMap(({ before, dash, after }) => [before, after, dash]).filter((text) => text !== ''),
    ),
  ];
  if (units.length === 0) return undefined;
  const shown = (unit: string): string => (unit.includes("'") ? JSON.stringify(unit) : `'${unit}'`);
  const factors: Record<string, string> = {
    '%': '0.01',
    '‰': '0.001',
    k: '1e3',
    K: '1e3',
    M: '1e6',
    B: '1e9',
  };
  if (units.every((unit) => factors[unit] !== undefined)) {
    return `{ ${units.map((unit) => `${shown(unit)}: ${factors[unit]}`).join(', ')} }`;
  }
  // Different units are different numbers: the user has to define how they compare.
  const different = (list: readonly string[]): boolean =>
    new Set(list.filter((text) => text !== '').map((text) => text.replace(/\.$/, '').replace(/s$/, '')))
      .size > 1;
  if (different(looks.map(({ before }) => before)) || different(looks.map(({ after }) => after))) {
    return `{ ${units.map((unit, i) => `${shown(unit)}: ${i === 0 ? 1 : '…'}`).join(', ')} }`;
  }
  return `[${units.slice(0, MOST_UNITS).map(shown).join(', ')}]`;
}
