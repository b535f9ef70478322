// Builds build/Release/steepest.node, the C++ kernels, with
// node-gyp and whatever C++17 compiler is here.
//
// Without a compiler the package still works, on its TypeScript kernels; so a failure is one line
// and exit code 0, unless STEEPEST_REQUIRE_NATIVE=1. `--force` builds even if nothing has changed.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const binary = join(root, 'build', 'Release', 'steepest.node');
const logFile = join(root, 'build', 'build-native.log');
const required = process.env.STEEPEST_REQUIRE_NATIVE === '1';

/** Every file that the binary is made from. */
function sources() {
  const names = readdirSync(join(root, 'native'), { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return [join(root, 'binding.gyp'), fileURLToPath(import.meta.url), ...files];
}

function newestChange() {
  return Math.max(...sources().map((file) => statSync(file).mtimeMs));
}

/**
 * Why the binary cannot be loaded by this Node.js, or
 * undefined. A process of its own, so that a crash is seen.
 */
function loadFailure() {
  const script = 'require(process.argv[1]).isas()';
  const result = spawnSync(process.execPath, ['-e', script, binary], { encoding: 'utf8' });
  if (result.status === 0) return undefined;
  const lines = result.stderr.split('\n').filter((line) => line.includes('Error'));
  return lines[0]?.trim() ?? `Node.js ended with ${result.signal ?? result.status}`;
}

function isUpToDate() {
  if (process.argv.includes('--force') || !existsSync(binary)) return false;
  return statSync(binary).mtimeMs > newestChange() && loadFailure() === undefined;
}

/** The headers beside this Node.js, if they are there; node-gyp downloads them otherwise. */
function headerOptions() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
}

/** The line of a build log that says most: the first error. */
function reasonIn(log) {
  const lines = log.split('\n').map((line) => line.trim());
  const found =
    lines.find((line) => /^gyp ERR! stack Error: (?!`make`)/.test(line)) ??
    lines.find((line) => /not found|No such file|is not set|could not find|error:/i.test(line)) ??
    lines.find((line) => line.startsWith('gyp ERR! stack'));
  return (found ?? 'node-gyp failed').replace(/^gyp ERR! (stack|find \w+)?\s*/, '').slice(0, 200);
}

/** @returns undefined, or why there is no binary */
function build() {
  const nodeGyp = require.resolve('node-gyp/bin/node-gyp.js');
  const jobs = `--jobs=${availableParallelism()}`;
  const args = [nodeGyp, 'configure', 'build', '--release', jobs, ...headerOptions()];
  // node-gyp takes npm's log level, and `npm run -s` would
  // silence the log that the reason is read from.
  const env = { ...process.env, npm_config_loglevel: 'info' };
  const result = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  const log = `${result.stdout ?? ''}\n${result.stderr ?? ''}\n${result.error ?? ''}`;
  mkdirSync(dirname(logFile), { recursive: true });
  writeFileSync(logFile, log);
  if (result.status === 0) {
    // A change that needs no compiling, to a README say, leaves the binary's time as it was.
    utimesSync(binary, new Date(), new Date());
    return loadFailure();
  }
  return reasonIn(log);
}

function fail(reason) {
  // A binary from before would be taken for this one.
  rmSync(binary, { force: true });
  const log = relative(process.cwd(), logFile);
  if (required) {
    if (existsSync(logFile)) console.error(readFileSync(logFile, 'utf8'));
    console.error(`Native kernels were not built: ${reason}. STEEPEST_REQUIRE_NATIVE=1 makes this an error.`);
    process.exit(1);
  }
  console.warn(
    `Native kernels were not built, so the slower TypeScript kernels take over: ${reason} (log: ${log})`,
  );
}

if (isUpToDate()) {
  console.log('Native kernels are up to date.');
} else {
  let reason;
  try {
    reason = build();
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  if (reason === undefined) console.log(`Native kernels built: ${relative(process.cwd(), binary)}`);
  else fail(reason);
}
