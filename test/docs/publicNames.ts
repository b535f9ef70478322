import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';

/**
 * All names that the package declares to its users, read from the declarations that it ships, with
 * the doc comments that editors show.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A public name with its comment. */
export interface PublicName {
  /** As users write it: `data.readNpy`, `Sequential.fit`; of another entry `steepest/kernels: sgemm`. */
  name: string;
  kind: 'value' | 'type' | 'member';
  /** Where its comment stands, from the root of the repository. */
  source: string;
  /** The text of the comments above its declarations, without their stars. */
  comment: string;
  /** What it declares, without comments. */
  code: string;
}

/** What of the syntax tree of a declaration file is read. */
interface Node {
  type: string;
  start: number;
  end: number;
  declaration?: Node | null;
  declarations?: Node[];
  id?: Node & { name: string };
  source?: { value: string } | null;
  exported?: (Node & { name: string }) | null;
  specifiers?: { local: Node & { name: string }; exported?: { name: string }; imported?: { name: string } }[];
  body?: Node | Node[];
  superClass?: (Node & { name: string }) | null;
  typeAnnotation?: Node;
  members?: Node[];
  key?: Node & { name?: string };
  accessibility?: 'private' | 'protected' | null;
  kind?: string;
}

interface File {
  path: string;
  text: string;
  body: Node[];
}

const files = new Map<string, File>();
function read(path: string): File {
  const known = files.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(path, 'utf8');
  const file = { path, text, body: (parseAst(text, { lang: 'dts' }) as unknown as { body: Node[] }).body };
  files.set(path, file);
  return file;
}

const fileOf = (from: File, specifier: string): File =>
  read(join(dirname(from.path), specifier.replace(/\.js$/, '.d.ts')));

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');

/** The doc comment that ends where a declaration begins. */
function commentBefore(file: File, at: number): string {
  const [, inner] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(file.text.slice(0, at)) ?? [];
  return (inner ?? '').replace(/^[ \t]*\*? ?/gm, '').trim();
}

interface Declared {
  file: File;
  /** Overloads share one name. */
  nodes: Node[];
}

/** A statement's declaration, whose comment stands before the statement. */
const declarationOf = (statement: Node): Node => statement.declaration ?? statement;
const nameOf = (declaration: Node): string | undefined =>
  declaration.id?.name ?? declaration.declarations?.[0]?.id?.name;

/** Where a name of a file is declared: in it, or where it is imported or passed on from. */
function find(file: File, name: string): Declared | undefined {
  const nodes = file.body.filter((statement) => nameOf(declarationOf(statement)) === name);
  if (nodes.length > 0) return { file, nodes };
  for (const { type, source, specifiers, exported } of file.body) {
    if (!source) continue;
    if (type === 'ExportAllDeclaration') {
      const found = exported ? undefined : find(fileOf(file, source.value), name);
      if (found) return found;
    }
    for (const each of specifiers ?? []) {
      const here = type === 'ImportDeclaration' ? each.local.name : each.exported?.name;
      if (here !== name) continue;
      return find(fileOf(file, source.value), each.imported?.name ?? each.local.name);
    }
  }
  return undefined;
}

/** The names that a file exports, with namespaces before a dot. */
function exportsOf(file: File, prefix = ''): { name: string; found: Declared }[] {
  return file.body.flatMap((statement) => {
    const { type, source, exported, specifiers } = statement;
    if (type === 'ExportAllDeclaration') {
      return exportsOf(fileOf(file, source!.value), exported ? `${prefix}${exported.name}.` : prefix);
    }
    if (type !== 'ExportNamedDeclaration') return [];
    const locals = statement.declaration
      ? [[nameOf(statement.declaration)!, nameOf(statement.declaration)!]]
      : specifiers!.map(({ local, exported: as }) => [local.name, as!.name]);
    return locals.map(([local, name]) => {
      const found = find(source ? fileOf(file, source.value) : file, local!);
      if (found === undefined) throw new Error(`${file.path} exports ${name}, which is nowhere declared`);
      return { name: prefix + name, found };
    });
  });
}

/** Overloads, and pairs of accessors, share a comment. */
function merged(names: readonly PublicName[]): PublicName[] {
  const byName = new Map<string, PublicName>();
  for (const each of names) {
    const before = byName.get(each.name);
    if (before === undefined) byName.set(each.name, { ...each });
    else {
      before.comment = `${before.comment}\n${each.comment}`.trim();
      before.code += `\n${each.code}`;
    }
  }
  return [...byName.values()];
}

function publicName(name: string, kind: PublicName['kind'], { file, nodes }: Declared): PublicName[] {
  const path = relative(join(root, 'dist/bundle/cjs/types'), file.path).replaceAll('\\', '/');
  return nodes.map((node) => ({
    name,
    kind,
    source: `src/${path.replace(/\.d\.ts$/, '.ts')}`,
    comment: commentBefore(file, node.start),
    code: withoutComments(file.text.slice(node.start, node.end)),
  }));
}

const isMethod = (member: Node): boolean =>
  /^(TSAbstract)?MethodDefinition$/.test(member.type) && member.kind !== 'constructor';

/** Methods and accessors of a class and of those that it extends, its own first. */
function methodsOf(name: string, { file, nodes }: Declared): PublicName[] {
  const declaration = declarationOf(nodes[0]!);
  const own = (declaration.body as unknown as { body: Node[] }).body
    .filter((member) => isMethod(member) && !member.accessibility && member.key?.name !== undefined)
    .flatMap((member) => publicName(`${name}.${member.key!.name}`, 'member', { file, nodes: [member] }))
    .filter(({ comment }) => !comment.includes('@internal'));
  const base = declaration.superClass && find(file, declaration.superClass.name);
  return base ? [...own, ...methodsOf(name, base)] : own;
}

/** The entries of an object of functions, such as `layers`: those of its type. */
function entriesOf(name: string, type: Node | undefined, file: File): PublicName[] {
  if (type?.type === 'TSTypeReference') {
    const found = find(file, (type as unknown as { typeName: { name: string } }).typeName.name);
    const body = found && declarationOf(found.nodes[0]!).body;
    return entriesOf(name, body as Node | undefined, found?.file ?? file);
  }
  const members = type?.members ?? ((type?.body ?? []) as Node[]);
  return members.flatMap((member) =>
    publicName(`${name}.${member.key!.name}`, 'value', { file, nodes: [member] }),
  );
}

/** The type of a declared variable. */
const variable = ({ nodes }: Declared): Node | undefined => {
  const id = declarationOf(nodes[0]!).declarations?.[0]?.id as { typeAnnotation?: Node } | undefined;
  return id?.typeAnnotation?.typeAnnotation;
};

/**
 * Classes whose methods are public names of their own. What all estimators have is listed once, and
 * what one of them has besides is shown by the example of its class.
 */
const WITH_METHODS = /^(Sequential|Matrix|data\.(DataTable|GroupedTable|CsvDataset|ImageStream))$/;

function namesOf(name: string, found: Declared): PublicName[] {
  const { type } = declarationOf(found.nodes[0]!);
  const isType = /^TS(Interface|TypeAlias)Declaration$/.test(type);
  const self = publicName(name, isType ? 'type' : 'value', found);
  if (WITH_METHODS.test(name)) return [...self, ...methodsOf(name, found)];
  if (type === 'VariableDeclaration') return [...self, ...entriesOf(name, variable(found), found.file)];
  return self;
}

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { require: { types: string } }>;
};

/** The declarations of each entry of the package, by what users import. */
const entries = Object.entries(exports).flatMap(([path, conditions]) =>
  typeof conditions === 'string'
    ? []
    : [{ entry: path.replace('.', 'steepest'), types: join(root, conditions.require.types) }],
);

/** What users import: `steepest`, `steepest/kernels` … */
export const entryNames = entries.map(({ entry }) => entry);

/** The public names of all entries, and the methods that all estimators share. */
export function publicNames(): PublicName[] {
  const all = entries.flatMap(({ entry, types }) =>
    exportsOf(read(types), entry === 'steepest' ? '' : `${entry}: `).flatMap(({ name, found }) =>
      namesOf(name, found),
    ),
  );
  const estimators = read(join(root, 'dist/bundle/cjs/types/estimators/base/estimator.d.ts'));
  const contract = methodsOf('BaseEstimator', find(estimators, 'BaseEstimator')!);
  return merged([...all, ...contract]);
}
