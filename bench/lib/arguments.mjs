import { statSync } from 'node:fs';
import os from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SUITES } from '../suites/index.mjs';
import { MNIST_HINT } from './data.mjs';

const OPTIONS = {
  peers: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  rounds: { type: 'string' },
  workers: { type: 'string' },
  data: { type: 'string' },
  isa: { type: 'string' },
  'write-docs': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

const named = (peers) => SUITES.filter((suite) => suite.peers === peers).map(({ name }) => name);

const HELP = `Runs suites and writes bench/results/<processor>/<suite>.json.

usage: node bench/run.mjs [options]

  --peers        suites against other libraries, which it installs into bench/peers;
                 then draws bench/report.html
  --quick        fewer rounds and smaller problems
  --only a,b     these suites alone
  --rounds N     rounds of each measurement
  --workers N    worker threads; by default one per processor
  --data DIR     the folder of MNIST's four IDX files
  --isa NAME     instruction set of the kernels, such as avx2 (suite kernels)
  --write-docs   with --peers: puts the figures into README.md and docs/benchmarks.md
  -h, --help     prints this

suites: ${named(false).join(', ')}
with --peers: ${named(true).join(', ')}
`;

/** A wrong argument: shown without a stack. */
class Misuse extends Error {}

function count(values, name, fallback) {
  if (values[name] === undefined) return fallback;
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Misuse(`--${name} takes a whole number above 0, not ${values[name]}`);
}

/** Whole, because peers run in folders of their own. */
function mnistFolder({ data }) {
  if (data === undefined) return undefined;
  if (statSync(data, { throwIfNoEntry: false })?.isDirectory()) return resolve(data);
  throw new Misuse(`there is no folder ${data}; for MNIST, ${MNIST_HINT}`);
}

function chosen({ peers, only }) {
  const mine = SUITES.filter((suite) => suite.peers === peers);
  if (only === undefined) return mine;
  return only.split(',').map((name) => {
    const suite = mine.find((candidate) => candidate.name === name);
    if (suite) return suite;
    throw new Misuse(`no suite ${name}; there are ${mine.map((candidate) => candidate.name).join(', ')}`);
  });
}

function read(args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: OPTIONS }));
  } catch (error) {
    throw new Misuse(error.message);
  }
  if (values.help) return { help: HELP };
  const { peers, quick, isa, 'write-docs': writeDocs } = values;
  if (writeDocs && !peers) throw new Misuse('--write-docs goes with npm run bench:peers');
  const workers = count(values, 'workers', os.availableParallelism());
  const options = { quick, rounds: count(values, 'rounds'), workers, isa, folder: mnistFolder(values) };
  return { suites: chosen(values), options, peers, writeDocs };
}

/**
 * The arguments of bench/run.mjs. `--help` ends the process with the help, a wrong argument with
 * what is wrong about it.
 */
export function readArguments(args) {
  try {
    const { help, ...given } = read(args);
    if (help === undefined) return given;
    process.stdout.write(help);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    console.error(`${error.message}\nnode bench/run.mjs --help lists the options.`);
    process.exit(2);
  }
}
