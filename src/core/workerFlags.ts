/**
 * The flags of Node.js that worker threads receive. They inherit the program's flags, so that
 * module hooks (Yarn's Plug'n'Play, tracing) work in them. But `--input-type`, which applies to a
 * program given as text, may end a thread at start. In that case threads get a list of their own.
 */

/** Flags about finding and loading modules: those that such a list must keep. */
const WITH_VALUE = ['-r', '--require', '--import', '--loader', '--experimental-loader', '-C', '--conditions'];
const ALONE = ['--preserve-symlinks', '--enable-source-maps'];
const INPUT_TYPE = /(^|\s)--input-type[=\s]\S+/g;

/** The options a thread is started with; none where it can inherit everything. */
export interface WorkerFlags {
  execArgv?: string[];
  env?: NodeJS.ProcessEnv;
}

/** @param execArgv the program's own flags, from `process.execArgv` */
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
