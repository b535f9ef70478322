// Makes dist/bundle/, which is what the package ships: the compiled modules joined into a few
// files, because importing hundreds of small ones takes Node.js several times as long, and the
// types of what can be imported.
//
// There is one implementation, in CommonJS. The ES modules only name its exports: so a program that
// uses both `import` and `require` has one of everything (error classes, idle threads). Tests of
// single modules use dist/esm as it is.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { fixTables } from './bundle-tables.mjs';
import { publicDeclarations } from './declarations.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const modules = join(dist, 'esm');
const bundle = join(dist, 'bundle');

/** What a user can import. */
const ENTRIES = {
  index: 'index',
  kernels: 'kernels/index',
  report: 'report/index',
  cluster: 'cluster/index',
};
/** What is started by its path: the command and the threads. */
const PROGRAMS = {
  cli: 'cli/main',
  worker: 'worker/worker',
  reader: 'data/thread/worker',
  link: 'cluster/thread/main',
};

/**
 * Dependencies stay imports. So do .cjs files, which find binaries and the worker by their own
 * place: the bundle, which lies two folders deeper than dist/, uses the ones in dist/esm.
 */
const keepImports = {
  name: 'keep-imports',
  resolveId(source, importer) {
    if (source.endsWith('.cjs')) {
      const file = relative(dist, join(dirname(importer), source)).replaceAll('\\', '/');
      return { id: `../../${file}`, external: 'relative' };
    }
    return source.startsWith('.') || isAbsolute(source) ? null : { id: source, external: true };
  },
};

/**
 * Chunks that are loaded when they are first used, because few programs need them and parsing them
 * takes time: a third of the code. Each has the modules whose paths match. No other module may use
 * them while it is loaded itself.
 * - `typescriptKernels`: for machines without a binary
 * - `exactKernels`: for `numerics: 'exact'`, except what the others need too
 * - `ops`: tables of ops, for TypeScript kernels and costs
 * - `training`: what makes and runs programs of networks, and not what each rank runs
 * - `models`: what compiles and fits, and all else behind the facade of a network
 * - `exchange`: what reads and writes models of other programs
 * - `files`: what writes files, and reads files of models
 * - `leastSquares`: its ways to solve
 * - `solving`: what fits quantile and robust regression, paths of penalties, perceptrons by L-BFGS
 * - `overRanks`: what shares work of estimators among the ranks of a cluster
 * - `readers`: what reads files and makes data
 * - `tables`: the part of it that the thread for files needs too
 * - `commands`: what the command runs, and does not need for its help
 *
 * One chunk is loaded by all programs, `guards`: what several kinds of threads need. Otherwise it
 * would fall into two, one of them for the command. `shared` is what the entry needs at once besides,
 * and the pool's threads or the link thread: it would fall into three.
 */
const LATE_CHUNKS = {
  exactKernels: /[\\/]typescript[\\/]exact[\\/](?!(activation|fma|math)\.js)/,
  typescriptKernels: /[\\/]kernels[\\/]typescript[\\/]/,
  ops: /[\\/]kernels[\\/]ops[\\/]/,
  exchange:
    /[\\/](estimators[\\/](onnx|sklearn)|networks[\\/]exchange|io[\\/](hdf5|onnx))[\\/](?!fromSklearn)/,
  training: /[\\/]networks[\\/](compile|nodes|training)[\\/]|[\\/]program[\\/]/,
  models: /[\\/]networks[\\/]models[\\/](?!(described|from[A-Z]\w+|load|schedules|sequential)\.js)/,
  files: /[\\/]io[\\/]/,
  leastSquares: /[\\/]estimators[\\/]leastSquares[\\/](?!linearModel\.js)/,
  solving: /[\\/]estimators[\\/](quantile[\\/]|robust[\\/]|penalized[\\/](?!\w+Model)|network[\\/]lbfgsFit)/,
  fitting:
    /[\\/]estimators[\\/](glm[\\/](?!(choices|logLink\w+|offset)\.js)|logistic[\\/](?!(\w+Model|params)\.js)|sharded)/,
  overRanks: /[\\/]estimators[\\/](\w+[\\/])*cluster[\\/]/,
  readers: /[\\/]data[\\/](csv|generators|npy)[\\/]|[\\/](arrow|parquet)[\\/](arrow|parquet)\.js$/,
  tables: /[\\/]data[\\/](arrow|parquet)[\\/](?!(arrow|parquet)\.js)/,
  commands: /[\\/]cli[\\/]/,
};

/**
 * The modules that the threads of the pool load. They stay out of the chunks above, whose other
 * modules need most of the package: a thread would take longer to start.
 */
let ofThreads = new Set();
/** Those that threads for files and one of the other kinds load. */
let ofAllThreads = new Set();
/** What the link thread of a cluster loads, without what only a cluster needs. */
let ofLink = new Set();
const IN_CLUSTER = /[\\/]esm[\\/]cluster[\\/]/;
/** Of what the pool's threads and the entry load, that which the link thread may need a part of. */
const WITH_LINK = /[\\/](core[\\/](refuse|warnOnce|units|random|names|definition)|kernels[\\/]\w+)\.js$/;
/** What the entry of clusters, the link thread and the command share. */
const LAUNCHERS = /[\\/]esm[\\/]cluster[\\/](examine|launcher|mpiLibraries)\.js$/;
/** The modules that the threads of the pool and the entry load at once, in one file for both. */
const isShared = (id) =>
  !Object.values(LATE_CHUNKS).some((late) => late.test(id)) &&
  (ofLink.has(id) || (ofThreads.has(id) && WITH_LINK.test(id)));
/** The modules that `steepest --help` loads. */
let ofHelp = new Set();
const findModulesOfPrograms = {
  name: 'find-modules-of-programs',
  buildEnd() {
    const loadedBy = (program) => {
      const found = new Set();
      const visit = (id) => {
        if (found.has(id)) return;
        found.add(id);
        this.getModuleInfo(id)?.importedIds.forEach(visit);
      };
      visit(join(modules, `${program}.js`));
      return found;
    };
    const [worker, reader] = [loadedBy(PROGRAMS.worker), loadedBy(PROGRAMS.reader)];
    ofLink = new Set([...loadedBy(PROGRAMS.link)].filter((id) => !IN_CLUSTER.test(id)));
    ofThreads = new Set([...worker, ...reader, ...ofLink]);
    ofAllThreads = new Set([...reader].filter((id) => worker.has(id) || ofLink.has(id)));
    ofHelp = loadedBy(PROGRAMS.cli);
  },
};
/** Which modules stay out of late chunks. */
const ONLY_LATE_IN_MAIN = [
  'training',
  'models',
  'exchange',
  'files',
  'leastSquares',
  'solving',
  'fitting',
  'overRanks',
];
const isNotLate = (name, id) =>
  (ONLY_LATE_IN_MAIN.includes(name) && ofThreads.has(id)) || (name === 'commands' && ofHelp.has(id));
/** What few programs need, or none before their first fit. */
const LATE_MODULES =
  /^node:(crypto|fs\/promises|http|os|perf_hooks|stream|timers\/promises|v8|worker_threads|zlib)$/;
const isLate = (source) =>
  LATE_MODULES.test(source) || Object.keys(LATE_CHUNKS).some((name) => source.startsWith(`./${name}-`));

/** A required module, perhaps with a namespace made of it in the next line. */
const REQUIRE = /^(?:let|const) (\w+) = require\("([^"]+)"\);(?:\n\1 = ([\w.$]+)\(\1, 1\);)?$/gm;

/**
 * Requires of late modules happen where they are used: `let x = require(…)`
 * becomes a function, and `x.` a call of it. Before names are shortened, so
 * that each stands for one module throughout its file.
 */
const loadLate = {
  name: 'load-late',
  renderChunk(code) {
    // Modules whose loading has no effects but their exports.
    let changed = code.replace(/^require\("([^"]+)"\);\n/gm, (line, source) => (isLate(source) ? '' : line));
    for (const [line, name, source, interop] of code.matchAll(REQUIRE)) {
      if (!isLate(source)) continue;
      const module = interop === undefined ? `require("${source}")` : `${interop}(require("${source}"), 1)`;
      const late = `let made_${name};\nconst ${name} = () => made_${name} ??= ${module};`;
      const [before, after] = changed.split(line);
      const uses = after
        .replace(new RegExp(`\\bnew ${name}\\.`, 'g'), `new (${name}()).`)
        .replace(new RegExp(`\\b${name}\\.`, 'g'), `${name}().`);
      const isOnlyRead = !new RegExp(`\\b${name}\\b(?!\\(\\)\\)?\\.)`).test(before + uses);
      if (isOnlyRead) changed = before + late + uses;
    }
    return changed;
  },
};

/**
 * The report, the cluster and what the command runs import the package's entry, so that what they share with it
 * lies in the entry's file. Otherwise it would be a chunk of its own, whose hundreds of exports the
 * entry would have to pass on: importing the package would take 1 ms and 2 MB more. The command
 * itself, which says its version and its help, loads none of it.
 */
const importEntry = {
  name: 'import-entry',
  transform(code, id) {
    const isAboveIndex = [ENTRIES.report, ENTRIES.cluster].some((name) => id === join(modules, `${name}.js`));
    return isAboveIndex || /[\\/]cli[\\/]\w+[\\/]run\.js$/.test(id)
      ? `${code}\nimport ${JSON.stringify(join(modules, `${ENTRIES.index}.js`))};\n`
      : null;
  },
};

/** The places in the text of the template literals under a node of a syntax tree. */
function templatesIn(node, found = []) {
  if (node === null || typeof node !== 'object') return found;
  if (node.type === 'TemplateElement') found.push([node.start, node.end]);
  for (const child of Object.values(node)) templatesIn(child, found);
  return found;
}

/** The same code without indentation, except in template literals: fewer bytes to install. */
function withoutIndentation(code) {
  const templates = templatesIn(parseAst(code)).filter(([start, end]) =>
    code.slice(start, end).includes('\n'),
  );
  const isInside = (at) => templates.some(([start, end]) => start < at && at <= end);
  return code.replace(/^[\t ]+/gm, (indentation, at) => (isInside(at) ? indentation : ''));
}

/**
 * The files of one bundle. Those of the one before go when all are written, so that whoever loads
 * the bundle meanwhile (`npm run watch`) finds one that is whole.
 */
class Files {
  #written = new Set();

  write(path, text) {
    const file = join(bundle, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    this.#written.add(file);
  }

  removeOthers() {
    for (const entry of readdirSync(bundle, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath ?? entry.path, entry.name);
      if (entry.isFile() && !this.#written.has(file)) rmSync(file);
    }
  }
}

/** Says of what type the .js files in a folder are. */
const writeType = (files, folder, type) =>
  files.write(`${folder}/package.json`, `${JSON.stringify({ type })}\n`);

async function joinModules(files) {
  writeType(files, 'cjs', 'commonjs');
  const roots = Object.entries({ ...ENTRIES, ...PROGRAMS });
  const input = Object.fromEntries(roots.map(([name, file]) => [name, join(modules, `${file}.js`)]));
  const build = await rolldown({
    input,
    platform: 'node',
    // The declarations of ops, of which the tables are made, are needed no more.
    treeshake: { moduleSideEffects: [{ test: /[\\/]kernels[\\/]ops[\\/]/, sideEffects: false }] },
    preserveEntrySignatures: 'allow-extension',
    plugins: [importEntry, keepImports, fixTables, findModulesOfPrograms],
  });
  const { output } = await build.generate({
    format: 'cjs',
    comments: false,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: 'guards', test: (id) => ofAllThreads.has(id) },
        { name: 'shared', test: (id) => isShared(id) },
        { name: 'launchers', test: (id) => LAUNCHERS.test(id) },
        ...Object.entries(LATE_CHUNKS).map(([name, test]) => ({
          name,
          test: (id) => test.test(id) && !isNotLate(name, id),
        })),
      ],
    },
    // Fewer characters to parse. Lines stay: Node.js prints the line of an uncaught error.
    minify: {
      mangle: { toplevel: true, keepNames: true },
      compress: true,
      codegen: { removeWhitespace: false },
    },
    plugins: [loadLate],
  });
  for (const { fileName, code } of output) files.write(`cjs/${fileName}`, withoutIndentation(code));
  await build.close();
}

/** What a compiled module exports, and what it passes on. */
function exportsOf(file) {
  return parseAst(readFileSync(file, 'utf8')).body.flatMap((node) => {
    if (node.type === 'ExportNamedDeclaration') return node.specifiers.map(({ exported }) => exported.name);
    if (node.type !== 'ExportAllDeclaration') return [];
    return node.exported === null ? exportsOf(join(dirname(file), node.source.value)) : [node.exported.name];
  });
}

/**
 * ES modules with what users import of the CommonJS ones, which export more: what late chunks take of
 * them. (To hide it there takes 4 ms of an import.)
 */
function nameExports(files) {
  writeType(files, 'esm', 'module');
  for (const [name, file] of Object.entries(ENTRIES)) {
    const names = exportsOf(join(modules, `${file}.js`)).sort();
    const lines = [
      "import { createRequire } from 'node:module';",
      // Not `import`, which would start Node.js's parser of CommonJS exports: 10 ms and 10 MB.
      `const loaded = createRequire(import.meta.url)('../cjs/${name}.js');`,
      `export const { ${names.join(', ')} } = loaded;`,
    ];
    files.write(`esm/${name}.js`, `${lines.join('\n')}\n`);
  }
}

/**
 * Which buffer a typed array lies over is part of its type
 * from TypeScript 5.7 on, and an error before.
 */
const BUFFER_ARGUMENT = /\b(\w+Array)<(?:Shared)?ArrayBuffer(?:Like)?>/g;
/** An optional field, unless its type is a function's or goes over several lines. */
const OPTIONAL_FIELD = /^( +(?:readonly )?[\w$]+\?: )([^=\n]+)(?<! undefined);$/gm;
/**
 * Undefined is taken for left out everywhere; programs with `exactOptionalPropertyTypes` may only
 * do it where types say so.
 */
const withUndefined = (text) => text.replace(OPTIONAL_FIELD, '$1$2 | undefined;');

const withoutBuffers = (text) => text.replace(BUFFER_ARGUMENT, '$1');

/** What TypeScript takes a typed array to lie over if nothing is said. */
const DEFAULT_BUFFER = /\b(\w+Array)<ArrayBufferLike>/g;
const withDefaultBuffers = (text) => text.replace(DEFAULT_BUFFER, '$1');

/** `from './file.js'` and `import('./file.js')`. */
const SPECIFIER = /(\bfrom |\bimport\()(["'])(\.[^"']+)\2/g;

/** The declaration file that a relative specifier names. */
const importedFrom = (path, specifier) =>
  posix.join(posix.dirname(path), specifier.replace(/\.(c?)js$/, '.d.$1ts'));

/** The files that name a typed array with its buffer, and all that import one of them. */
function filesWithBuffers(texts) {
  const found = new Set(
    [...texts.keys()].filter((path) => withoutBuffers(texts.get(path)) !== texts.get(path)),
  );
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const [path, text] of texts) {
      const imported = [...text.matchAll(SPECIFIER)].map(([, , , specifier]) =>
        importedFrom(path, specifier),
      );
      if (imported.some((file) => found.has(file))) found.add(path);
    }
  }
  return found;
}

/**
 * An example in a doc comment. Those for older versions of TypeScript are without: most files are
 * there a second time, and examples are a good part of them.
 */
const EXAMPLE = /^ *\* @example\b.*\n *\* ```ts\n(?: *\*.*\n)*? *\* ```\n/gm;

/** Declarations for TypeScript before 5.7. Files that are the same for all stay where they are. */
function typesBefore57(texts) {
  const changed = filesWithBuffers(texts);
  const here = (path) => (_, keyword, quote, specifier) => {
    const file = importedFrom(path, specifier);
    const up = posix.relative(posix.dirname(path), '');
    const there = posix.join(up, '../types', file.replace(/\.d\.(c?)ts$/, '.$1js'));
    const target = changed.has(file) ? specifier : there;
    return `${keyword}${quote}${target}${quote}`;
  };
  return [...changed].map((path) => {
    const text = texts.get(path).replace(EXAMPLE, '').replace(SPECIFIER, here(path));
    return [path, withoutBuffers(text)];
  });
}

/**
 * One set of declarations, as there is one implementation:
 * those of the ES modules pass the CommonJS ones on.
 */
function writeTypes(files) {
  const declarations = publicDeclarations(
    join(dist, 'cjs'),
    Object.values(ENTRIES).map((file) => `${file}.d.ts`),
  );
  const texts = new Map();
  for (const [path, text] of declarations)
    texts.set(path.split(sep).join('/'), withDefaultBuffers(withUndefined(text)));
  const folders = { types: texts, 'types-before-5.7': typesBefore57(texts) };
  for (const [name, contents] of Object.entries(folders)) {
    for (const [path, text] of contents) files.write(`cjs/${name}/${path}`, text);
    for (const [entry, file] of Object.entries(ENTRIES)) {
      files.write(`esm/${name}/${entry}.d.ts`, `export * from '../../cjs/${name}/${file}.js';\n`);
    }
  }
}

export async function bundleAll() {
  const files = new Files();
  await joinModules(files);
  nameExports(files);
  writeTypes(files);
  files.removeOthers();
}
