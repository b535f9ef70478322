// Figures as files, a folder for each processor: results/<processor>/<suite>.json. A short run
// (--quick) is kept beside them as <suite>.quick.json and never takes the place of a long one.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));

/** @returns the file written */
export function saveResult(result, root = RESULTS) {
  const folder = join(root, result.machine.processor.id);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${result.suite}${result.quick ? '.quick' : ''}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`);
  return file;
}

function readResult(folder, suite) {
  const file = [`${suite}.json`, `${suite}.quick.json`]
    .map((name) => join(folder, name))
    .find((candidate) => existsSync(candidate));
  return file === undefined ? [] : [JSON.parse(readFileSync(file, 'utf8'))];
}

const latest = (results) =>
  results
    .map(({ machine }) => machine.date)
    .sort()
    .at(-1);

/**
 * @param {readonly string[]} suites in the order in which they are shown
 * @returns the processors measured, the latest first: { id, name, results }
 */
export function readProcessors(suites, root = RESULTS) {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      id: name,
      results: suites.flatMap((suite) => readResult(join(root, name), suite)),
    }))
    .filter(({ results }) => results.length > 0)
    .map(({ id, results }) => ({ id, name: results[0].machine.processor.name, results }))
    .sort((a, b) => (latest(a.results) < latest(b.results) ? 1 : -1));
}
