import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A launcher of MPI on this machine. */
export interface MpiLauncher {
  name: 'Open MPI' | 'MPICH';
  command: string;
  args: readonly string[];
}

/** Debian's names, which stay where both are installed, and those of everybody else. */
const KNOWN = [
  {
    name: 'Open MPI',
    commands: ['mpirun.openmpi', 'mpirun'],
    says: /Open MPI|OpenRTE/,
    // Tests run as root in containers, and on fewer cores than ranks; a terminal of their own would
    // change the lines.
    args: ['--allow-run-as-root', '--oversubscribe'],
  },
  { name: 'MPICH', commands: ['mpirun.mpich', 'mpiexec.hydra', 'mpirun'], says: /HYDRA|MPICH/, args: [] },
] as const;

/** The launchers of this machine: none, one or both. */
export const LAUNCHERS: readonly MpiLauncher[] = KNOWN.flatMap(({ name, commands, says, args }) => {
  const command = commands.find((each) => says.test(spawnSync(each, ['--version']).stdout?.toString() ?? ''));
  return command === undefined ? [] : [{ name, command, args }];
});

const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url));

/** No job of a test takes as long. */
const MOST_MS = 50_000;

export interface JobResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program of `programs/` on several ranks.
 * @param env variables for the ranks, beside those of this process
 */
export function runJob(
  launcher: MpiLauncher,
  ranks: number,
  program: string,
  { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<JobResult> {
  const all = [...launcher.args, '-n', String(ranks), process.execPath, `${PROGRAMS}${program}`, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(launcher.command, all, { env: { ...process.env, ...env }, timeout: MOST_MS });
    const result: JobResult = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (text) => {
      result.stdout += text;
    });
    child.stderr.on('data', (text) => {
      result.stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...result, code }));
  });
}
