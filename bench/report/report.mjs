// Draws bench/report.html from bench/results; on request also rewrites the tables of README.md and
// docs/benchmarks.md.
//   node bench/report/report.mjs [--write-docs]
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readProcessors } from '../lib/results.mjs';
import { SUITES } from '../suites/index.mjs';
import { replaceTable } from './best.mjs';
import { docsTables } from './docs.mjs';
import { page } from './page.mjs';
import { readmeTable } from './readme.mjs';

const DOCUMENTS = { 'README.md': readmeTable, 'docs/benchmarks.md': docsTables };

/**
 * @param {{ writeDocs?: boolean }} options the documents hold figures of the machines that they
 *   name: a run elsewhere leaves them alone unless asked
 * @returns the files written
 */
export function report({ writeDocs = false } = {}) {
  const processors = readProcessors(SUITES.map(({ name }) => name));
  if (processors.length === 0) throw new Error('no results: run npm run bench:peers first');
  const written = ['bench/report.html'];
  writeFileSync(new URL('../report.html', import.meta.url), page(processors));
  for (const [name, tablesOf] of Object.entries(writeDocs ? DOCUMENTS : {})) {
    const tables = tablesOf(processors);
    if (tables === undefined) continue;
    const file = new URL(`../../${name}`, import.meta.url);
    writeFileSync(file, replaceTable(readFileSync(file, 'utf8'), tables, name));
    written.push(name);
  }
  return written;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { 'write-docs': { type: 'boolean', default: false } } });
  for (const file of report({ writeDocs: values['write-docs'] })) console.log(`wrote ${file}`);
}
