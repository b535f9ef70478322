// The declarations that the package ships: of what an entry exports, what that names, and nothing
// else. tsc writes one file per module with all that the module exports, some of it internal; here
// each file keeps the statements that are reached.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * A top-level statement with the comment before it; `code`
 * is `text` with comments and strings blanked out.
 * @typedef {{ text: string, code: string, isExported: boolean }} Statement
 * What a name stands for: an export of a file, or with the
 * name '*' all of them; no file for packages.
 * @typedef {{ file: string | undefined, name: string, specifier: string }} Reference
 * @typedef {object} Module
 * @property {Statement[]} statements
 * @property {Map<string, Statement[]>} declared by name; overloads share one
 * @property {Map<string, Reference>} imports by local name
 * @property {Map<string, Reference>} exports `export { … }`,
 * with or without `from`, by exported name
 * @property {Reference[]} stars `export * from`
 */

const STRING = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/;
const ALL_COMMENTS = new RegExp(COMMENT.source, 'g');
const NO_CODE = new RegExp(`${COMMENT.source}|${STRING.source}`, 'g');

/** The same text with spaces for comments and what is in strings. */
const codeOf = (text) => text.replace(NO_CODE, (found) => found.replace(/[^\n]/g, ' '));

/** Top-level statements. @returns {{ text: string, code: string }[]} */
function split(source) {
  const lines = source.split('\n');
  const code = codeOf(source).split('\n');
  const statements = [];
  let first = 0;
  let depth = 0;
  for (let i = 0; i < lines.length; i++) {
    depth += (code[i].match(/[{([]/g) ?? []).length - (code[i].match(/[})\]]/g) ?? []).length;
    if (depth > 0 || !/[;}]\s*$/.test(code[i])) continue;
    const range = [first, i + 1];
    statements.push({ text: lines.slice(...range).join('\n'), code: code.slice(...range).join('\n') });
    first = i + 1;
  }
  return statements;
}

const DECLARATION =
  /^\s*(export )?(?:declare )?(?:abstract )?(?:class|interface|type|const|let|function|enum|namespace) ([\w$]+)/;

/** `{ a, type b as c }` as [['a', 'a'], ['b', 'c']]. */
function pairs(code) {
  const list = /\{([^}]*)\}/.exec(code)?.[1] ?? '';
  const items = list.split(',').map((item) => item.trim().replace(/^type /, ''));
  return items.filter((item) => item !== '').map((item) => [...item.split(/ as /), item].slice(0, 2));
}

/** The file of a specifier; undefined for packages. */
const fileOf = (from, specifier) =>
  specifier.startsWith('.') ? join(dirname(from), specifier.replace(/\.(c?)js$/, '.d.$1ts')) : undefined;

/** @returns {Module} */
function parse(file) {
  const module = { statements: [], declared: new Map(), imports: new Map(), exports: new Map(), stars: [] };
  for (const { text, code } of split(readFileSync(file, 'utf8'))) {
    const specifier = /\bfrom ["']([^"']+)["'];\s*$/.exec(text)?.[1];
    const target = specifier === undefined ? file : fileOf(file, specifier);
    const whole = /^\s*(?:import|export) (?:type )?\*(?: as ([\w$]+))?/.exec(code);
    const isImport = /^\s*import /.test(code);
    if (isImport || /^\s*export (?:type )?[{*]/.test(code)) {
      const into = isImport ? module.imports : module.exports;
      const reference = (name) => ({ file: target, name, specifier });
      for (const [name, alias] of pairs(code)) into.set(alias, reference(name));
      if (whole?.[1] !== undefined) into.set(whole[1], reference('*'));
      else if (whole !== null) module.stars.push(reference('*'));
      continue;
    }
    const [, exported, name] = DECLARATION.exec(code) ?? [];
    if (name === undefined) throw new Error(`${file}: cannot read ${code.trim().slice(0, 80)}`);
    const statement = { text, code, isExported: exported !== undefined };
    module.statements.push(statement);
    module.declared.set(name, [...(module.declared.get(name) ?? []), statement]);
  }
  // What is imported and exported in two statements is passed on: types alone would be imported.
  for (const [alias, { file: from, name }] of module.exports) {
    if (from === file && module.imports.has(name)) module.exports.set(alias, module.imports.get(name));
  }
  keepKeys(module);
  return module;
}

/** `import("./file.js").Name` inside a declaration. */
const IMPORT_TYPE = /\bimport\(["']([^"']+)["']\)\.([\w$]+)/g;

/**
 * A field, parameter or method, as tsc writes them; what stands
 * after `?` in a conditional type has a space behind it.
 */
const MEMBER_NAME = /[\w$]+\??(?=:|\()/g;

/** An entry of a table of definitions, as tsc writes it: `adam: OptimizerDefinition<H>;`. */
const ENTRY = /^( {4}[\w$]+): (?:import\([^)]*\)\.)?\w*Definition<(.*)>;$/gm;

/**
 * `declare const TABLE: { … }` that is asked only for its keys, by `keyof typeof TABLE`, keeps only
 * those: what the values are is of no use to anybody else. If `Choice<typeof TABLE, …>` asks for the
 * hyperparameters of its definitions too, they are kept as well.
 */
function keepKeys(module) {
  for (const [name, [statement]] of module.declared) {
    if (statement.isExported || !/^\s*declare const /.test(statement.code)) continue;
    const others = module.statements.filter((other) => other !== statement).map(({ code }) => code);
    const isAsked = new RegExp(`(?:keyof|\\bChoice<)\\s*typeof ${name}\\b`, 'g');
    const uses = others.join('\n').replace(isAsked, '');
    const [, ...members] = statement.code.trim().split('\n').slice(0, -1);
    if (new RegExp(`\\b${name}\\b`).test(uses) || !members.every((line) => /^ {4}[\w$]+: .*;$/.test(line)))
      continue;
    const isChoice = others.some((code) => new RegExp(`\\bChoice<typeof ${name}\\b`).test(code));
    statement.text = isChoice
      ? statement.text.replace(ENTRY, '$1: { readonly defaults: $2 };')
      : statement.text.replace(/^( {4}[\w$]+): .*;$/gm, '$1: unknown;');
    statement.code = codeOf(statement.text);
  }
}

/** What the entries reach, found by following names. */
class Reached {
  /** @type {Map<string, Module>} */
  modules = new Map();
  /** @type {Set<Statement>} */
  statements = new Set();
  /**
   * Names that a file imports or passes on and that are
   * wanted, by file. @type {Map<string, Set<string>>}
   */
  imported = new Map();
  passedOn = new Map();

  module(file) {
    if (!this.modules.has(file)) {
      this.modules.set(file, parse(file));
      this.imported.set(file, new Set());
      this.passedOn.set(file, new Set());
    }
    return this.modules.get(file);
  }

  /** @returns {string[]} */
  exportsOf(file) {
    const { declared, exports, stars } = this.module(file);
    const own = [...declared].filter(([, statements]) => statements[0].isExported).map(([name]) => name);
    return [...own, ...exports.keys(), ...stars.flatMap((star) => this.exportsOf(star.file))];
  }

  /** Follows a reference that `from` makes. */
  follow({ file, name, specifier }, from) {
    if (file === undefined) throw new Error(`${from}: '${specifier}' is named by what users import`);
    if (name === '*') for (const each of this.exportsOf(file)) this.wantExport(file, each);
    else this.wantExport(file, name);
  }

  wantExport(file, name) {
    const { exports, stars, declared } = this.module(file);
    const passed = exports.get(name);
    if (passed === undefined && declared.has(name)) {
      this.wantLocal(file, name);
      return;
    }
    if (this.passedOn.get(file).has(name)) return;
    this.passedOn.get(file).add(name);
    if (passed?.file === file) this.wantLocal(file, passed.name);
    else if (passed !== undefined) this.follow(passed, file);
    else this.wantExport(stars.find((star) => this.exportsOf(star.file).includes(name)).file, name);
  }

  wantLocal(file, name) {
    const { declared, imports } = this.module(file);
    if (imports.has(name)) {
      if (this.imported.get(file).has(name)) return;
      this.imported.get(file).add(name);
      this.follow(imports.get(name), file);
    }
    for (const statement of declared.get(name) ?? []) {
      if (this.statements.has(statement)) continue;
      this.statements.add(statement);
      for (const [, specifier, type] of statement.text.replace(ALL_COMMENTS, '').matchAll(IMPORT_TYPE)) {
        this.follow({ file: fileOf(file, specifier), name: type, specifier }, file);
      }
      for (const word of new Set(statement.code.replace(MEMBER_NAME, '').match(/[\w$]+/g))) {
        this.wantLocal(file, word);
      }
    }
  }

  /** A module with what is reached of it; undefined if nothing is. */
  textOf(file) {
    const { statements, imports, exports, stars } = this.module(file);
    const kept = statements.filter((statement) => this.statements.has(statement));
    const passed = [...this.passedOn.get(file)].map((name) => {
      const star = stars.find((one) => this.exportsOf(one.file).includes(name));
      return [name, exports.get(name) ?? { ...star, name }];
    });
    const imported = [...this.imported.get(file)].map((name) => [name, imports.get(name)]);
    const lines = [
      ...clauses('import type', imported),
      ...kept.map(({ text }) => text),
      ...clauses('export', passed),
    ];
    if (lines.length === 0) return undefined;
    // A file without an export or import would declare globals.
    if (imported.length + passed.length === 0 && !kept.some(({ isExported }) => isExported))
      lines.push('export {};');
    return `${lines.join('\n')}\n`;
  }
}

/**
 * `import type { … } from` or `export { … } from`, one for
 * each module, and one for each module as a whole.
 */
function clauses(verb, references) {
  const lists = new Map();
  const lines = [];
  for (const [alias, { name, specifier }] of references) {
    const from = specifier === undefined ? ';' : ` from '${specifier}';`;
    if (name === '*') lines.push(`${verb} * as ${alias}${from}`);
    else lists.set(from, [...(lists.get(from) ?? []), name === alias ? name : `${name} as ${alias}`]);
  }
  return [...lines, ...[...lists].map(([from, names]) => `${verb} { ${names.join(', ')} }${from}`)];
}

/**
 * @param {string} folder where tsc wrote declarations
 * @param {readonly string[]} entries files in it
 * @returns {Map<string, string>} the text of each file that is reached, by its path in the folder
 * @throws Error if they name another package's types
 */
export function publicDeclarations(folder, entries) {
  const reached = new Reached();
  for (const entry of entries) reached.follow({ file: join(folder, entry), name: '*' }, entry);
  const texts = [...reached.modules.keys()].map((file) => [relative(folder, file), reached.textOf(file)]);
  return new Map(texts.filter(([, text]) => text !== undefined));
}
