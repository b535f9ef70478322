import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../trackedFiles.js';

/**
 * Runs a program on several ranks: as processes of this machine over sockets, or under an MPI that
 * is installed. A test that goes through `launchers()` runs under all that there are.
 */

export type LauncherName = 'local' | 'openmpi' | 'mpich';

export interface LaunchOptions {
  ranks: number;
  launcher?: LauncherName;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** After this time all ranks are killed. */
  timeoutMs?: number;
}

/** What one rank has written and how it ended. */
export interface RankOutcome {
  stdout: string;
  stderr: string;
  /** Its exit code with `local`, null if a signal ended it. Under MPI that of the launcher. */
  code: number | null;
}

export interface LaunchOutcome {
  /** Of the launcher: 0 only if all ranks ended with 0. */
  code: number;
  /** True if the launch took longer than `timeoutMs`. */
  timedOut: boolean;
  ranks: RankOutcome[];
  /** What all ranks and the launcher have written to stderr. */
  stderr: string;
  ms: number;
}

const MPI = {
  openmpi: { command: 'mpirun.openmpi', options: ['--allow-run-as-root', '--oversubscribe'] },
  mpich: { command: 'mpirun.mpich', options: [] },
} as const;

const USUAL_TIMEOUT_MS = 50_000;
/** A rank that a signal ended counts as failed with this code. */
const SIGNALLED = 128;

/** Under MPI each rank writes to files of its own: launchers join what ranks write. */
const TO_FILES =
  'R=$OMPI_COMM_WORLD_RANK$PMI_RANK; exec "$0" "$@" > "$RANK_FILES.out.$R" 2> "$RANK_FILES.err.$R"';
/** A launcher that is asked to end has this long to end its ranks. */
const END_MS = 3000;

const isInstalled = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

let found: LauncherName[] | undefined;

/** The launchers of this machine; `local` comes first and is always there. */
export function launchers(): LauncherName[] {
  found ??= ['local', ...(['openmpi', 'mpich'] as const).filter((name) => isInstalled(MPI[name].command))];
  return found;
}

/** The environment of the tests without what a launcher or a test runner has set. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(OMPI_|PMI_|PMIX_|SLURM_|STEEPEST_CLUSTER_|VITEST|NODE_OPTIONS)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/** Collects what a stream says. */
function collect(child: ChildProcess, name: 'stdout' | 'stderr', into: RankOutcome): void {
  child[name]!.setEncoding('utf8').on('data', (text: string) => {
    into[name] += text;
  });
}

/** Ends a rank, or a launcher, which then ends its ranks: it cannot if it is killed at once. */
function end(child: ChildProcess, isLauncher: boolean): void {
  child.kill(isLauncher ? 'SIGTERM' : 'SIGKILL');
  if (isLauncher) setTimeout(() => child.kill('SIGKILL'), END_MS).unref();
}

const ended = (child: ChildProcess, rank: RankOutcome): Promise<number> =>
  new Promise((resolve) => {
    child.on('error', (error) => {
      rank.stderr += error.message;
      resolve(SIGNALLED);
    });
    child.on('close', (code) => {
      rank.code = code;
      resolve(code ?? SIGNALLED);
    });
  });

/** Starts the ranks. */
function startLocal(
  file: string,
  folder: string,
  { ranks, args = [] }: LaunchOptions,
  env: NodeJS.ProcessEnv,
) {
  const isWindows = process.platform === 'win32';
  const address = isWindows ? `\\\\.\\pipe\\${folder.replace(/\W/g, '-')}` : join(folder, 'rank');
  return Array.from({ length: ranks }, (_, rank) =>
    spawn(process.execPath, [file, ...args], {
      cwd: ROOT,
      env: {
        ...env,
        STEEPEST_CLUSTER_RANK: `${rank}`,
        STEEPEST_CLUSTER_SIZE: `${ranks}`,
        STEEPEST_CLUSTER_ADDRESS: address,
      },
    }),
  );
}

/** Starts a launcher, which starts the ranks. */
function startMpi(
  launcher: keyof typeof MPI,
  file: string,
  folder: string,
  { ranks, args = [] }: LaunchOptions,
  env: NodeJS.ProcessEnv,
) {
  const { command, options } = MPI[launcher];
  const program = ['sh', '-c', TO_FILES, process.execPath, file, ...args];
  return spawn(command, [...options, '-n', `${ranks}`, ...program], {
    cwd: ROOT,
    env: { ...env, RANK_FILES: join(folder, 'rank') },
  });
}

const textIn = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/**
 * A program's file. Source text becomes a module in a folder from which `steepest` can be imported.
 */
function fileOf(program: string, folder: string): string {
  if (!program.includes('\n')) return program;
  const file = join(folder, 'program.mjs');
  writeFileSync(
    file,
    program.replace(/(from\s*|import\()'(steepest[\w/]*)'/g, (_, before: string, name: string) => {
      const entry = name === 'steepest' ? 'index' : name.slice('steepest/'.length);
      return `${before}${JSON.stringify(pathToFileURL(join(ROOT, 'dist/bundle/esm', `${entry}.js`)).href)}`;
    }),
  );
  return file;
}

/**
 * Runs a program on all ranks and waits for its end. If a rank fails, the others are killed.
 * @param program the path of a file, or the text of an ES module, which has several lines
 */
export async function launch(program: string, options: LaunchOptions): Promise<LaunchOutcome> {
  const { timeoutMs = USUAL_TIMEOUT_MS, launcher = 'local', env } = options;
  const folder = mkdtempSync(join(tmpdir(), 'steepest-ranks-'));
  const begun = performance.now();
  const isMpi = launcher !== 'local';
  const file = fileOf(program, folder);
  const environment = { ...cleanEnvironment(), ...env };
  const children = isMpi
    ? [startMpi(launcher, file, folder, options, environment)]
    : startLocal(file, folder, options, environment);
  const outcomes = children.map((): RankOutcome => ({ stdout: '', stderr: '', code: null }));
  let timedOut = false;
  let first = 0;
  const endAll = () => {
    for (const child of children) end(child, isMpi);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    endAll();
  }, timeoutMs);
  const endOf = async (child: ChildProcess, outcome: RankOutcome) => {
    collect(child, 'stdout', outcome);
    collect(child, 'stderr', outcome);
    const code = await ended(child, outcome);
    if (code === 0 || first !== 0) return;
    first = code;
    endAll();
  };
  await Promise.all(children.map((child, i) => endOf(child, outcomes[i]!)));
  clearTimeout(timer);
  const ofMpi = (_: unknown, rank: number): RankOutcome => ({
    stdout: textIn(join(folder, `rank.out.${rank}`)),
    stderr: textIn(join(folder, `rank.err.${rank}`)),
    code: first,
  });
  const ranks = isMpi ? Array.from({ length: options.ranks }, ofMpi) : outcomes;
  const stderr = [...ranks, ...(isMpi ? outcomes : [])].map((each) => each.stderr).join('');
  rmSync(folder, { recursive: true, force: true });
  return { code: first, timedOut, ranks, stderr, ms: performance.now() - begun };
}

/** The JSON that each rank has printed, in rank order. Fails with what a rank has said otherwise. */
export async function printedBy<T>(program: string, options: LaunchOptions): Promise<T[]> {
  const { code, timedOut, ranks, stderr } = await launch(program, options);
  if (code !== 0 || timedOut) throw new Error(`exit code ${code}, timed out: ${timedOut}\n${stderr}`);
  return ranks.map(({ stdout }) => JSON.parse(stdout) as T);
}
