// Joins the compiled modules into a few files, dist/bundle/, which is what the package's entries are: importing hundreds
// of small modules would take Node.js several times as long. Tests of single modules use dist/esm as it is.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const require = createRequire(import.meta.url);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'dist', 'esm');
const bundle = join(root, 'dist', 'bundle');

/** What a user can import, and the command. */
const ENTRIES = { index: join(modules, 'index.js'), kernels: join(modules, 'blas', 'index.js') };
const COMMAND = { cli: join(modules, 'cli', 'main.js') };

/** From dist/bundle/<format>/ to a file of dist/. */
const fromBundle = (file) => `../../${relative(dirname(modules), file).replaceAll('\\', '/')}`;

/** Dependencies stay imports. */
const keepDependencies = {
  name: 'keep-dependencies',
  resolveId(source) {
    const own = source.startsWith('.') || isAbsolute(source);
    return own ? null : { id: source, external: true };
  },
};

/** All bundles share the .cjs files of dist/esm, which find binaries and the worker by their own place. */
const keepCjs = {
  name: 'keep-cjs',
  resolveId(source, importer) {
    if (!source.endsWith('.cjs')) return null;
    return { id: fromBundle(join(dirname(importer), source)), external: 'relative' };
  },
};

/**
 * The same for ES modules, as calls of `require`: an `import` would start Node.js's parser of CommonJS exports, which
 * takes 10 ms and 10 MB.
 */
const requireCjs = {
  name: 'require-cjs',
  resolveId(source, importer) {
    return source.endsWith('.cjs') ? `${join(dirname(importer), source)}.mjs` : null;
  },
  load(id) {
    if (!id.endsWith('.cjs.mjs')) return null;
    const file = id.slice(0, -'.mjs'.length);
    const names = Object.keys(require(file)).filter((name) => name !== '__esModule');
    return [
      "import { createRequire } from 'node:module';",
      `const loaded = createRequire(import.meta.url)('${fromBundle(file)}');`,
      ...names.map((name) => `export const ${name} = loaded.${name};`),
    ].join('\n');
  },
};

async function write(input, output) {
  const cjs = output.format === 'cjs' ? keepCjs : requireCjs;
  const build = await rolldown({ input, platform: 'node', plugins: [cjs, keepDependencies] });
  await build.write({ comments: false, ...output });
  await build.close();
}

export async function bundleAll() {
  rmSync(bundle, { recursive: true, force: true });
  const folder = (name, type) => {
    mkdirSync(join(bundle, name), { recursive: true });
    writeFileSync(join(bundle, name, 'package.json'), `${JSON.stringify({ type })}\n`);
    return join(bundle, name);
  };
  const names = { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' };
  await write({ ...ENTRIES, ...COMMAND }, { dir: folder('esm', 'module'), format: 'esm', ...names });
  const cjs = { ...ENTRIES, worker: join(modules, 'parallel', 'worker.js') };
  await write(cjs, { dir: folder('cjs', 'commonjs'), format: 'cjs', ...names });
}
