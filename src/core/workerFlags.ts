/**
 * The flags of Node.js that worker threads get. They inherit the program's, which lets module hooks
 * (Yarn's Plug'n'Play, tracing) reach them; but `--input-type`, which is for a program given as
 * text, may end a thread before it begins. Then they get a list of their own.
 */

/** Flags about how modules are found and loaded: what a thread needs of a list of its own. */
const WITH_VALUE = ['-r', '--require', '--import', '--loader', '--experimental-loader', '-C', '--conditions'];
const ALONE = ['--preserve-symlinks', '--enable-source-maps'];
const INPUT_TYPE = /(^|\s)--input-type[=\s]\S+/g;

/** What a thread is started with; nothing where it can inherit everything. */
export interface WorkerFlags {
  execArgv?: string[];
  env?: NodeJS.ProcessEnv;
}

/** @param execArgv the program's own flags, as `process.execArgv` has them */
export function workerFlags(execArgv: readonly string[], env: NodeJS.ProcessEnv): WorkerFlags {
  const { NODE_OPTIONS = '' } = env;
  const options = NODE_OPTIONS.replace(INPUT_TYPE, '');
  const isClean = options === NODE_OPTIONS && !execArgv.some((flag) => flag.startsWith('--input-type'));
  if (isClean) return {};
  return { execArgv: moduleFlags(execArgv), env: { ...env, NODE_OPTIONS: options } };
}

function moduleFlags(execArgv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i]!;
    if (ALONE.includes(flag) || WITH_VALUE.some((name) => flag.startsWith(`${name}=`))) kept.push(flag);
    else if (WITH_VALUE.includes(flag) && i + 1 < execArgv.length) kept.push(flag, execArgv[++i]!);
  }
  return kept;
}
