// The tables of options in docs/networks.md: names and defaults come from the definitions, words
// from the page.
//   node scripts/docs/networks.mjs          writes them again, after npm run build:ts
const MARKER = /<!-- table: (\w+) -->\n([\s\S]*?)<!-- end -->/g;

/** The cells of a row of a Markdown table; `\|` is a character of a cell. */
const cellsOf = (row) =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

const isRow = (line) => line.startsWith('| `');

/** A default as one writes it in JavaScript. */
export function literal(value) {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, field]) => `${key}: ${literal(field)}`);
    return `{ ${fields.join(', ')} }`;
  }
  return String(value);
}

/**
 * An option with its default: `units` has to be given, `name?` may be left out and has no default,
 * `rate: 0.1` has one.
 */
export function optionText({ name, usual, isRequired = false }) {
  if (isRequired) return `\`${name}\``;
  return usual === undefined ? `\`${name}?\`` : `\`${name}: ${literal(usual)}\``;
}

/** The tables in a page, by name: the names of their rows, what stands beside them, and the words. */
export function tablesIn(page) {
  const tables = new Map();
  for (const [, name, table] of page.matchAll(MARKER)) {
    const rows = table.split('\n').filter(isRow).map(cellsOf);
    tables.set(
      name,
      rows.map(([first = '', options = '', words = '']) => ({
        name: first.replaceAll('`', ''),
        options,
        words,
      })),
    );
  }
  return tables;
}

/**
 * The page with its tables written again.
 * @param definitions by table: a list of rows, `{ name, options }` with options as `optionText` takes
 *   them, or `{ name, usual }` with a default
 */
export function withTables(page, definitions) {
  const before = tablesIn(page);
  return page.replace(MARKER, (_, table, old) => {
    const [head, line] = old.split('\n');
    const rows = definitions[table].map(({ name, options, usual }) => {
      const words = before.get(table).find((row) => row.name === name)?.words ?? '';
      const cell = usual === undefined ? options?.map(optionText).join(', ') : `\`${literal(usual)}\``;
      return ['', `\`${name}\``, cell ?? '', words, '']
        .join(' | ')
        .trim()
        .replaceAll('|  |', '| |')
        .replaceAll('|  |', '| |');
    });
    return `<!-- table: ${table} -->\n${[head, line, ...rows].join('\n')}\n<!-- end -->`;
  });
}
