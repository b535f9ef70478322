// npm run watch: keeps dist/ as `npm run build:ts` would make it, a second after each edit of src/.
// Two compilers stay in memory, one per module system; once both find no error, their output is
// joined again. While there are errors, dist/bundle stays the last one without.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundleAll } from './bundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

/** The other compiler sees the same edit at another moment; bundling between the two is no use. */
const SETTLE_MS = 50;

/** The lines of `tsc --watch` that begin and end a compilation; all others tell of errors. */
const BEGINS =
  /- (?:File change detected\. Starting incremental compilation|Starting compilation in watch mode)/;
const ENDS = /- Found (\d+) errors?\. Watching for file changes\.$/;

let wanted = false;
let running = false;
let edited = 0;

/** One at a time; what changes during one makes another. */
async function bundle() {
  wanted = true;
  if (running) return;
  running = true;
  while (wanted) {
    wanted = false;
    const start = edited;
    try {
      await bundleAll();
      console.log(`dist/ is up to date, ${((Date.now() - start) / 1000).toFixed(1)} s after the change`);
    } catch (error) {
      console.error(`dist/bundle could not be made: ${error.message}`);
    }
  }
  running = false;
}

const compilers = [];
/** Both compilers say the same of most errors. */
const shown = new Set();
let timer;

function show(line) {
  if (shown.has(line)) return;
  shown.add(line);
  console.log(line);
}

/** Joins the modules when every compiler is at rest and content. */
function settle() {
  clearTimeout(timer);
  if (compilers.some(({ errors }) => errors !== 0)) return;
  timer = setTimeout(() => void bundle(), SETTLE_MS);
}

function compile(project) {
  const args = [tsc, '-p', join(root, project), '--watch', '--preserveWatchOutput'];
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], detached: process.platform !== 'win32' };
  const child = spawn(process.execPath, args, options);
  // Undefined while it compiles.
  const compiler = { child, errors: undefined };
  compilers.push(compiler);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const found = ENDS.exec(line)?.[1];
    if (BEGINS.test(line)) {
      if (compilers.every(({ errors }) => errors !== undefined)) {
        edited = Date.now();
        shown.clear();
      }
      compiler.errors = undefined;
    } else if (found !== undefined) {
      compiler.errors = Number(found);
      if (found !== '0') show(`${found} errors: dist/bundle stays as it was`);
      settle();
    } else if (line !== '') {
      show(line);
    }
  });
  child.on('exit', (code) => end(code ?? 1));
}

/** Ends the compilers with all that they started: `bin/tsc` runs the real one in another process. */
function end(code) {
  for (const { child } of compilers) {
    if (process.platform === 'win32') {
      spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    } else {
      try {
        process.kill(-child.pid);
      } catch {
        // It has ended already.
      }
    }
  }
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));

/** The files that say of what type each folder is, which tsc does not write. */
const isBuilt = ['dist/esm/package.json', 'dist/cjs/package.json'].every((file) =>
  existsSync(join(root, file)),
);
if (!isBuilt) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build-typescript.mjs')], {
    stdio: 'inherit',
  });
  if (!existsSync(join(root, 'dist/cjs/package.json'))) process.exit(status ?? 1);
}
edited = Date.now();
compile('tsconfig.json');
compile('tsconfig.cjs.json');
