import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

/** Blocks of TypeScript, and what a sample needs that no reader has to see: `<!-- ts … -->`. */
const SAMPLE = /^(?:```ts|<!-- ts)\n(.*?)^(?:```|-->)/gms;
const PRINTED = /^```text\n(.*?)^```/gms;

/**
 * A page's samples, which are one program; each line stands
 * where it stands in the page, so that errors can be found.
 */
function programOf(page: string): string {
  let program = '';
  let end = 0;
  for (const match of page.matchAll(SAMPLE)) {
    const [whole, code = ''] = match;
    const begin = match.index + whole.indexOf('\n') + 1;
    program += page.slice(end, begin).replace(/[^\n]/g, '') + code;
    end = begin + code.length;
  }
  return `${program}export {};\n`;
}

/** What is stricter than most users are. */
const OPTIONS = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  module: 'nodenext',
  target: 'es2022',
  types: ['node'],
};

/** The pages' programs in a folder where the package and what it may need are installed. */
export class Samples {
  readonly folder = mkdtempSync(join(tmpdir(), 'steepest-docs-'));
  readonly pages = new Map<string, string>();

  constructor(paths: readonly string[]) {
    mkdirSync(join(this.folder, 'node_modules/@types'), { recursive: true });
    symlinkSync(root, join(this.folder, 'node_modules/steepest'), 'junction');
    symlinkSync(
      join(root, 'node_modules/@types/node'),
      join(this.folder, 'node_modules/@types/node'),
      'junction',
    );
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }\n');
    for (const path of paths) {
      const page = readFileSync(join(root, path), 'utf8');
      this.pages.set(path, page);
      mkdirSync(dirname(this.fileOf(path)), { recursive: true });
      writeFileSync(this.fileOf(path), programOf(page));
    }
    const include = paths.map((path) => `${path}/program.ts`);
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, include }));
  }

  /** A folder for each, since programs write files. */
  private fileOf(path: string): string {
    return join(this.folder, path, 'program.ts');
  }

  /** Compiles all of them. @returns the compiler's errors; '' without */
  async compile(): Promise<string> {
    const { stdout } = await run(process.execPath, [tsc, '-p', '.'], { cwd: this.folder }).catch(
      (error: { stdout: string }) => error,
    );
    return stdout;
  }

  /** What a page's program prints, and what the page says that it prints. */
  async run(path: string): Promise<{ printed: string; said: string }> {
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: join(this.folder, path) });
    const said = [...(this.pages.get(path) ?? '').matchAll(PRINTED)].map((match) => match[1]).join('');
    return { printed: stdout, said };
  }
}
