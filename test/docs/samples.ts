import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAst } from 'rolldown/parseAst';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const runner = fileURLToPath(new URL('runSamples.mjs', import.meta.url));

/** What is stricter than most users are. */
const OPTIONS = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  module: 'nodenext',
  target: 'es2022',
  types: ['node'],
};

/** What is said about a line of output, and where. */
export interface Said {
  at: number;
  text: string;
}

interface Node {
  type: string;
  start: number;
  end: number;
}

/** The ends of the statements `console.log(…)`, wherever in a program they stand. */
function endsOfPrints(node: unknown, code: string, found: number[] = []): number[] {
  if (typeof node !== 'object' || node === null) return found;
  const { type, start, end } = node as Partial<Node>;
  if (type === 'ExpressionStatement' && code.slice(start, end).startsWith('console.log(')) found.push(end!);
  for (const child of Object.values(node)) endsOfPrints(child, code, found);
  return found;
}

/**
 * What a program says that it prints: the comment behind each `console.log(…);`, and the lines of
 * comment right below it. Empty for a call without.
 */
export function saidBehindPrints(code: string): Said[] {
  return endsOfPrints(parseAst(code, { lang: 'ts' }), code).map((at) => {
    const [behind = '', ...below] = code.slice(at).split('\n');
    const last = below.findIndex((line) => !/^\s*\/\//.test(line));
    const lines = [behind, ...(last < 0 ? below : below.slice(0, last))];
    const texts = lines.filter((line) => /^\s*\/\//.test(line)).map((line) => line.replace(/^\s*\/\/ ?/, ''));
    return { at, text: texts.map((text) => `${text}\n`).join('') };
  });
}

/** Texts that mean the same: the last digits differ without native kernels. */
export const rounded = (text: string): string =>
  text.replace(/\d+\.\d{6,}/g, (digits) => Number(digits).toPrecision(4));

/** What a program did: what it printed, and the error that ended it. */
export interface Outcome {
  printed: string;
  error?: string;
}

/**
 * Programs in TypeScript in a folder where the package is installed, as users have it. Packages
 * that the package can use are found there too. Programs write files, so each has a folder.
 */
export class Samples {
  readonly folder: string;

  /** @param programs by their name, which may be a path */
  constructor(programs: ReadonlyMap<string, string>) {
    mkdirSync(join(root, 'build'), { recursive: true });
    this.folder = mkdtempSync(join(root, 'build/samples-'));
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(root, join(this.folder, 'node_modules/steepest'), 'junction');
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }\n');
    for (const [name, code] of programs) {
      mkdirSync(join(this.folder, name), { recursive: true });
      writeFileSync(join(this.folder, name, 'program.ts'), `${code}export {};\n`);
    }
    const include = [...programs.keys()].map((name) => `${name}/program.ts`);
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, include }));
  }

  /** Compiles all of them. @returns the compiler's errors; '' without */
  async compile(): Promise<string> {
    const { stdout } = await run(process.execPath, [tsc, '-p', '.'], { cwd: this.folder }).catch(
      (error: { stdout: string }) => error,
    );
    return stdout;
  }

  /**
   * Runs programs one after the other in a process of their own.
   * @returns what each did, in their order
   */
  async run(names: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome[]> {
    const folders = names.map((name) => join(this.folder, name));
    const { stdout } = await run(process.execPath, [runner, ...folders], { env: { ...process.env, ...env } });
    return JSON.parse(stdout) as Outcome[];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** A page's blocks of TypeScript, and what no reader has to see: `<!-- ts … -->`. */
const BLOCK = /^(?:```ts|<!-- ts)\n(.*?)^(?:```|-->)/gms;
const PRINTED = /^```text\n(.*?)^```/gms;

/**
 * A page's samples, which are one program; each line stands where it stands in the page, so that
 * errors can be found.
 */
export function programOfPage(page: string): string {
  let program = '';
  let end = 0;
  for (const match of page.matchAll(BLOCK)) {
    const [whole, code = ''] = match;
    const begin = match.index + whole.indexOf('\n') + 1;
    program += page.slice(end, begin).replace(/[^\n]/g, '') + code;
    end = begin + code.length;
  }
  return program;
}

/** What a page says that its samples print: blocks of text, and comments behind `console.log`. */
export function saidInPage(page: string): string {
  const line = (at: number, text: string): number => text.slice(0, at).split('\n').length;
  const program = programOfPage(page);
  const blocks = [...page.matchAll(PRINTED)].map((match) => ({
    line: line(match.index, page),
    text: match[1] ?? '',
  }));
  const comments = saidBehindPrints(program).map(({ at, text }) => ({ line: line(at, program), text }));
  return [...blocks, ...comments]
    .sort((a, b) => a.line - b.line)
    .map(({ text }) => text)
    .join('');
}

export const readPage = (path: string): string => readFileSync(join(root, path), 'utf8');
