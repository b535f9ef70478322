/**
 * Gives readers damaged files, as many as wanted, and says which of them did harm.
 *
 *   node scripts/fuzz/readers.mjs --reader parquet --runs 100000 --seed 1 --keep build/faults
 *
 * README.md beside this file tells what counts as a fault.
 */
import { parseArgs } from 'node:util';
import { faultsOf, progressLine, tableOf } from './lib/report.mjs';
import { supervise } from './lib/supervise.mjs';
import { READERS } from './readers/index.mjs';

const USAGE = `node scripts/fuzz/readers.mjs [options]
  --reader NAME   one of ${READERS.map(({ name }) => name).join(', ')}; several times for several; default all
  --runs N        files of each reader; default 1000
  --from I        the first file; default 0
  --seed N        file I of a seed is always the same; default 1
  --file PATH     reads this file in place of drawn ones; several times for several
  --keep FOLDER   where files with faults are written`;

function stop(message) {
  console.error(`${message}\n${USAGE}`);
  process.exit(2);
}

function optionsOf() {
  const string = { type: 'string' };
  const many = { ...string, multiple: true };
  try {
    const { values } = parseArgs({
      options: { reader: many, runs: string, from: string, seed: string, file: many, keep: string },
    });
    return values;
  } catch (error) {
    return stop(error.message);
  }
}

function wholeNumber(name, text, least) {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value < 2 ** 31) return value;
  return stop(`Expected a whole number from ${least} on as --${name}, got '${text}'.`);
}

const given = optionsOf();
const names = given.reader ?? READERS.map(({ name }) => name);
for (const name of names) {
  if (!READERS.some((reader) => reader.name === name)) stop(`No reader is called '${name}'.`);
}
if (given.file !== undefined && names.length !== 1) stop('--file goes with one --reader.');
const runs = wholeNumber('runs', given.runs ?? (given.file === undefined ? '1000' : '0'), 0);
const from = wholeNumber('from', given.from ?? '0', 0);
const seed = wholeNumber('seed', given.seed ?? '1', 0);

const results = [];
for (const reader of names) {
  const result = await supervise({
    reader,
    runs,
    from,
    seed,
    files: given.file,
    keep: given.keep,
    onProgress: (state) => console.error(progressLine(reader, state, from + runs)),
  });
  for (const text of faultsOf(result)) console.log(text);
  results.push(result);
}
console.log(tableOf(results));
process.exitCode = results.some(({ faults }) => faults.length > 0) ? 1 : 0;
