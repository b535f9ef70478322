// What the README promises a new user: in an empty folder with the packed package, from a CSV to a
// served prediction in four commands. The same with no variable but a PATH to Node.js and nothing
// that compiles, and on the TypeScript kernels.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, run } from '../lib/check.mjs';
import { fourCommands } from '../lib/fourCommands.mjs';
import { packed } from '../lib/installed.mjs';

/** A new folder with the package, and a PATH beside it that has only Node.js. */
function emptyFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'steepest-commands-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [cwd, bin] = [join(folder, 'project'), join(folder, 'bin')];
  mkdirSync(cwd);
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', packed()], { cwd });
  return { cwd, bin };
}

export async function verifyCommands() {
  const { cwd, bin } = emptyFolder();
  const model = () => readFileSync(join(cwd, 'model.safetensors'));
  const said = [];
  const tell = (how, accuracy) => said.push(`${how}: accuracy ${accuracy.toFixed(3)}`);
  const plain = { ...process.env, STEEPEST_BACKEND: '', STEEPEST_ISA: '' };
  tell('npx', await fourCommands({ program: 'npx', before: ['steepest'], cwd, env: plain }));
  const first = model();

  const program = join(cwd, 'node_modules', '.bin', 'steepest');
  const bare = { PATH: bin };
  tell('env -i', await fourCommands({ program, before: [], cwd, env: bare }));
  check(first.equals(model()), 'another model without the variables of the environment');
  const typescript = { ...bare, STEEPEST_BACKEND: 'typescript' };
  tell('TypeScript', await fourCommands({ program, before: [], cwd, env: typescript }));
  return said.join('; ');
}
