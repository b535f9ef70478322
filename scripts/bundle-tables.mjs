// Computes while the package is built what the declarations of ops in src/kernels/ops would give
// when a program runs: the layouts of encoded ops, and the tables that ops are checked with. The
// bundle holds the results, so no program loads and evaluates the declarations.
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const OPS = new URL('../dist/esm/kernels/ops/index.js', import.meta.url).href;

/** What a module of the compiled package exports, as a function of another process shows it. */
function computed(id, show) {
  // Another process, because `npm run watch` bundles one version of the module after another.
  const program = `
    const { OP_KINDS } = await import(${JSON.stringify(OPS)});
    const module = await import(${JSON.stringify(pathToFileURL(id))});
    console.log(JSON.stringify((${show})(module, OP_KINDS)));`;
  const options = { encoding: 'utf8', maxBuffer: 2 ** 26 };
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], options));
}

function fixedLayouts(id) {
  const [layouts, magic, opWords, operandWords] = computed(id, (layout, kinds) => [
    Object.fromEntries(kinds.map((kind) => [kind, layout.layoutOf(kind)])),
    layout.programMagic(),
    layout.OP_WORDS,
    layout.OPERAND_WORDS,
  ]);
  return [
    `const layouts = ${JSON.stringify(layouts)};`,
    'export const isOpKind = (kind) => Object.hasOwn(layouts, kind);',
    'export const layoutOf = (kind) => layouts[kind];',
    `export const programMagic = () => ${magic};`,
    `export const OP_WORDS = ${opWords}, OPERAND_WORDS = ${operandWords};`,
  ];
}

/**
 * Tables of ops, short: a node is `[kind, value or name or earlier nodes]`, a rule
 * `[relation, left, right, why]`, with words by number. A string for each kind of op, which
 * JSON.parse reads when an op of that kind occurs first.
 */
function shortTables({ compiledOp, costOf }, kinds) {
  const words = [];
  const numberOf = (word) => {
    if (!words.includes(word)) words.push(word);
    return words.indexOf(word);
  };
  const shortNode = ({ kind, name, value, of }) => [
    numberOf(kind),
    ...(kind === 'constant' ? [value] : name === '' ? of : [name]),
  ];
  const short = (table) => ({
    ...table,
    nodes: table.nodes.map(shortNode),
    rules: table.rules?.map(({ relation, left, right, why }) =>
      [relation, left, right, why].map((part) => (typeof part === 'string' ? numberOf(part) : part)),
    ),
  });
  // JSON has no infinity, but reads 1e999 as that.
  const text = (table) =>
    JSON.stringify(short(table), (_key, v) => (v === Infinity ? '∞' : v)).replaceAll('"∞"', '1e999');
  const texts = (tableOf) => Object.fromEntries(kinds.map((kind) => [kind, text(tableOf(kind))]));
  return { compiledOp: texts(compiledOp), costOf: texts(costOf), words };
}

/** Makes the tables again that {@link shortTables} shortened. */
const READ_SHORT = `
function nodeOf([word, ...rest]) {
  const kind = words[word];
  const isLeaf = kind === 'constant' || typeof rest[0] === 'string';
  const [value, name] = kind === 'constant' ? [rest[0], ''] : [0, isLeaf ? rest[0] : ''];
  return { kind, name, value, of: isLeaf ? [] : rest };
}
function ruleOf([relation, left, right, why], nodes) {
  const { kind, name } = nodes[left];
  const operand = kind === 'rows' || kind === 'cols' ? name : undefined;
  return { relation: words[relation], left, right, why: words[why], operand };
}
function read(texts) {
  const made = new Map();
  return (kind) => {
    if (!made.has(kind)) {
      const table = JSON.parse(texts[kind]);
      const nodes = table.nodes.map(nodeOf);
      made.set(kind, { ...table, nodes, rules: table.rules?.map((rule) => ruleOf(rule, nodes)) });
    }
    return made.get(kind);
  };
}`;

function fixedTables(id) {
  const { words, ...tables } = computed(id, shortTables);
  return [
    `const words = ${JSON.stringify(words)};`,
    READ_SHORT,
    ...Object.entries(tables).map(
      ([name, texts]) => `export const ${name} = read(${JSON.stringify(texts)});`,
    ),
  ];
}

/** Replaces the modules that derive tables from the declarations of ops by their results. */
export const fixTables = {
  name: 'fix-tables',
  load(id) {
    if (/[\\/]kernels[\\/]layout\.js$/.test(id)) return fixedLayouts(id).join('\n');
    if (/[\\/]kernels[\\/]ops[\\/]compiled\.js$/.test(id)) return fixedTables(id).join('\n');
    return null;
  },
};
