/** Tables as text, with the options that read them, and with what people and programs do to them. */
import { oneOf } from './draw.mjs';

const two = (n) => String(n).padStart(2, '0');
const NUMBERS = [
  '0',
  '-0',
  '1',
  '-1.5',
  '.5',
  '3.',
  '1e5',
  '1E-320',
  '1e400',
  '0x10',
  '1_000',
  '+7',
  ' 7 ',
  '9007199254740993',
  '007',
  '1e',
  'inf',
  '-',
  '1,5',
  '1.234,50',
  '1,234.50',
  '(12)',
  '12-',
  '$5',
  '5 %',
  '1\u00a0000',
  '١٢',
];
const MISSING = ['', 'NA', 'NaN', 'null', '-', '?', ' '];
const WORDS = [
  'red',
  'green',
  'x y',
  '',
  'é',
  '日本',
  '😀',
  'say "x"',
  'a,b',
  'two\nlines',
  'two\r\nlines',
  "it's",
  '\t',
  '=1+1',
  '\0',
  '\ufeff',
  '\ud800',
  'true',
  'NaN',
  'a;b',
  'a|b',
  '"',
  '""',
  'x'.repeat(300),
];
const BOOLEANS = ['true', 'false', 'TRUE', 'yes', 'no', 't', 'f', '1', '0', 'y', 'N'];
const DATE_FORMATS = [
  '%Y-%m-%d',
  '%d.%m.%Y',
  '%d %b %Y',
  '%m/%d/%y %I:%M %p',
  '%H:%M:%S',
  '%j %Y',
  '%Y-%m-%dT%H:%M:%S%z',
  '%A %e %B %Y',
  '%F %T.%f',
  '%%',
  '%q',
  '%',
  '%d %d',
];

const cells = {
  number: (draw) => (draw(8) > 0 ? String(draw(2000) / 8 - 100) : oneOf(draw, NUMBERS)),
  integer: (draw) => (draw(12) > 0 ? String(draw(1000) - 500) : oneOf(draw, NUMBERS)),
  boolean: (draw) => oneOf(draw, draw(4) > 0 ? BOOLEANS.slice(0, 2) : BOOLEANS),
  date: (draw) => dateText(draw, oneOf(draw, [0, 0, 0, 1, 2, 3])),
  category: (draw) => oneOf(draw, WORDS.slice(0, 6)),
  text: (draw) => oneOf(draw, WORDS),
};

/** A day, mostly one that exists. */
function dateText(draw, form) {
  const [year, month, day] = [
    1900 + draw(200),
    1 + draw(draw(20) > 0 ? 12 : 14),
    1 + draw(draw(20) > 0 ? 28 : 33),
  ];
  const time = `${two(draw(24))}:${two(draw(60))}:${two(draw(60))}`;
  const zone = oneOf(draw, ['', 'Z', '+01:00', '-0530']);
  switch (form) {
    case 0:
      return `${year}-${two(month)}-${two(day)}`;
    case 1:
      return `${year}-${two(month)}-${two(day)}T${time}${oneOf(draw, ['', '.5', '.123456789'])}${zone}`;
    case 2:
      return `${two(day)}.${two(month)}.${year}`;
    default:
      return `${month}/${day}/${two(year % 100)} ${time}`;
  }
}

const NAMES = [
  'a',
  'b',
  'x',
  'y',
  'price',
  'day',
  'é',
  '1',
  '',
  'a b',
  '__proto__',
  'constructor',
  'length',
  'a,b',
  '"q"',
];

/** Names of columns, mostly different ones, and what each of them holds. */
function columnsOf(draw) {
  const count = 1 + draw(5);
  const kinds = Array.from({ length: count }, () => oneOf(draw, Object.keys(cells)));
  const names = kinds.map((_, i) =>
    draw(12) > 0 ? `${oneOf(draw, NAMES.slice(0, 6))}${i}` : oneOf(draw, NAMES),
  );
  return { kinds, names };
}

function quoted(draw, field, delimiter) {
  const must = /["\r\n]/.test(field) || field.includes(delimiter);
  if (must ? draw(30) === 0 : draw(8) > 0) return field;
  const inner = draw(40) > 0 ? field.replaceAll('"', '""') : field;
  return `"${inner}"${draw(60) === 0 ? oneOf(draw, [' ', 'x', '"']) : ''}`;
}

function textOf(draw, { kinds, names }, delimiter) {
  const rows = oneOf(draw, [0, 1, 2, 5, 5, 12, 12, 40]);
  const end = oneOf(draw, ['\n', '\n', '\r\n', '\r\n', '\r']);
  const lines = draw(10) > 0 ? [names] : [];
  for (let i = 0; i < rows; i++) {
    const row = kinds.map((kind) => (draw(15) > 0 ? cells[kind](draw) : oneOf(draw, MISSING)));
    if (draw(80) === 0) row.splice(draw(row.length), 1);
    if (draw(80) === 0) row.push('more');
    lines.push(row);
  }
  let text = '';
  lines.forEach((line, i) => {
    text += line.map((field) => quoted(draw, field, delimiter)).join(delimiter);
    if (i < lines.length - 1 || draw(3) > 0)
      text += draw(60) > 0 ? end : oneOf(draw, ['\n', '\r\n', '\n\n', '']);
  });
  return text;
}

const ENCODINGS = [
  'utf-8',
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'shift_jis',
  'gb18030',
  'iso-8859-2',
  'utf-32',
  'x',
];

/** Bytes in one encoding, and the option that says so, which may be another. */
function encoded(draw, text, options) {
  const form = draw(6);
  if (form > 1) return Buffer.from(draw(6) === 0 ? `\ufeff${text}` : text, 'utf8');
  if (draw(5) > 0) options.encoding = oneOf(draw, ENCODINGS);
  if (form === 0) return Buffer.from(text, draw(2) === 0 ? 'latin1' : 'utf8');
  const wide = Buffer.from(draw(4) > 0 ? `\ufeff${text}` : text, 'utf16le');
  return draw(4) === 0 ? wide.swap16() : wide;
}

/** Options of the file and of some of its columns; most fit it. */
function optionsOf(draw, { kinds, names }, options) {
  const name = () => (draw(25) > 0 ? oneOf(draw, names) : 'none');
  const few = (one) => Object.fromEntries(Array.from({ length: 1 + draw(2) }, () => [name(), one()]));
  const add = {
    target: () => (draw(3) > 0 ? name() : [name(), name()]),
    columns: () => names.filter(() => draw(3) > 0),
    exclude: () => [name()],
    types: () =>
      Object.fromEntries(
        names.map((column, i) => [column, draw(8) > 0 ? kinds[i] : oneOf(draw, Object.keys(cells))]),
      ),
    categories: () => few(() => WORDS.slice(0, 6).filter((word) => word !== '')),
    numbers: () =>
      few(() => ({
        decimal: oneOf(draw, ['.', ',']),
        thousands: oneOf(draw, [',', '.', ' ', "'"]),
        units: oneOf(draw, [['$', '%'], { '%': 0.01, '': 1 }, []]),
      })),
    dates: () =>
      draw(2) === 0
        ? names.filter((_, i) => kinds[i] === 'date')
        : few(() => ({
            format: oneOf(draw, DATE_FORMATS),
            unit: oneOf(draw, ['days', 'seconds', 'milliseconds']),
            zone: oneOf(draw, ['UTC', '+01:00', 'x']),
          })),
    decimal: () => oneOf(draw, ['.', ',']),
    thousands: () => oneOf(draw, [',', '.', ' ', "'", '_', 'x']),
    units: () => oneOf(draw, [['$'], ['kg', '€'], ['.-', 'CHF'], ['']]),
    accounting: () => draw(2) === 0,
    header: () => (draw(3) > 0 ? names : draw(2) === 0),
    missing: () => oneOf(draw, [['?'], ['', '-'], [], ['0'], ['NA', '-1.5']]),
    largeIntegers: () => oneOf(draw, ['error', 'round']),
    sampleRows: () => oneOf(draw, [1, 2, 5, 1000]),
  };
  for (let n = draw(4); n > 0; n--) {
    const key = oneOf(draw, Object.keys(add));
    options[key] = add[key]();
  }
}

/** @returns {{ options: object, bytes: Buffer }} */
export function csvFile(draw) {
  const columns = columnsOf(draw);
  const options = { batchRows: oneOf(draw, [1, 3, 7, 100]) };
  const delimiter = oneOf(draw, [',', ',', ',', ';', '\t', '|']);
  if (delimiter !== ',' && draw(10) > 0) options.delimiter = delimiter;
  optionsOf(draw, columns, options);
  const bytes = encoded(draw, textOf(draw, columns, delimiter), options);
  return { options, bytes };
}
