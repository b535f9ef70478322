// Draws bench/report.html from bench/results/*.json; on
// request also rewrites the README's table of figures.
//   node bench/report/report.mjs [--write-readme]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SUITES } from '../suites/index.mjs';
import { page } from './page.mjs';
import { readmeTable, replaceTable } from './readme.mjs';

/** Results in the order of the registry, those against peers first. */
function readResults() {
  return [...SUITES]
    .sort((a, b) => Number(b.peers) - Number(a.peers))
    .map(({ name }) => new URL(`../results/${name}.json`, import.meta.url))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')));
}

/**
 * @param {{ writeReadme?: boolean }} options the README holds figures of the machine that it names:
 * a run elsewhere leaves it alone
 * @returns the files written
 */
export function report({ writeReadme = false } = {}) {
  const results = readResults();
  if (results.length === 0) throw new Error('no results: run npm run bench:peers first');
  const written = ['bench/report.html'];
  writeFileSync(new URL('../report.html', import.meta.url), page(results));
  const table = writeReadme ? readmeTable(results) : undefined;
  if (table !== undefined) {
    const readme = new URL('../../README.md', import.meta.url);
    writeFileSync(readme, replaceTable(readFileSync(readme, 'utf8'), table));
    written.push('README.md');
  }
  return written;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { 'write-readme': { type: 'boolean', default: false } } });
  for (const file of report({ writeReadme: values['write-readme'] })) console.log(`wrote ${file}`);
}
