// Fuzzes and checks the native part. README.md beside this file says what each check shows.
//   node scripts/fuzz/native.mjs [program | addon | allocations | races | kernels …] [--runs N] [--seed S] [--plain]
//   node scripts/fuzz/native.mjs --show FILE      prints a program that was kept
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadAddon } from '#steepest/kernels/addon.cjs';
import { fuzzAddon } from './native/addon.mjs';
import { build, capture, root, run, work } from './native/build.mjs';
import { drawCases, loadGenerators, writeCorpus } from './native/corpus.mjs';
import { foundCases } from './native/found.mjs';
import { describeCase, readCorpus } from './native/show.mjs';
import { stepCases, writeSteps } from './native/steps.mjs';

const CASES_PER_KIND = 24;
const MEMORY_SANITIZERS = 'address,undefined';
/** The races program ends with this where ThreadSanitizer has found something. */
const RACE_FOUND = 66;

const { values, positionals } = parseArgs({
  options: {
    runs: { type: 'string', default: '50000' },
    seed: { type: 'string', default: '1' },
    plain: { type: 'boolean', default: false },
    show: { type: 'string' },
  },
  allowPositionals: true,
});

function wholeNumber(name) {
  const number = Number(values[name]);
  if (values[name].trim() !== '' && Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`--${name} takes a whole number, given '${values[name]}'`);
  process.exit(2);
}

const runs = wholeNumber('runs');
const seed = wholeNumber('seed');

function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** Programs that are wrong in a place or two, against the decoder, the checks and the kernels. */
async function fuzzProgram() {
  const corpus = join(work, 'corpus.bin');
  const found = join(work, 'found.bin');
  writeCorpus(corpus, [...drawCases(await loadGenerators(work), CASES_PER_KIND), ...stepCases()]);
  writeCorpus(found, foundCases());
  const folder = build(values.plain ? '' : MEMORY_SANITIZERS, ['program_fuzz']);
  const program = join(folder, 'program_fuzz');
  const kept = ['--case', join(work, 'case.bin')];
  const replay = capture(program, ['--corpus', corpus, '--replay', ...kept]);
  check(replay.status === 0, replay.errors);
  const { refused, kinds, ofKinds } = JSON.parse(replay.output);
  check(refused === 0 && kinds === ofKinds, `valid programs: ${replay.output}`);
  run(program, ['--corpus', found, '--replay', ...kept]);
  run(program, ['--corpus', corpus, '--runs', `${runs}`, '--seed', `${seed}`, ...kept]);
  return values.plain ? 'nothing found' : `nothing found, with sanitizers ${MEMORY_SANITIZERS}`;
}

/** JavaScript of any kind, against the exports of the add-on. */
function fuzzExports() {
  const { addon, problems } = loadAddon();
  check(addon !== undefined, `no add-on: ${problems.map(({ message }) => message).join('; ')}`);
  const tally = fuzzAddon(addon, { runs, seed });
  check(tally.problems.length === 0, tally.problems.join('\n'));
  return `${tally.results} results, ${tally.errors} typed errors, ${tally.own} errors of getters`;
}

/** The n-th request for memory or of Node-API fails. */
function failRequests() {
  const folder = build('', ['faulty']);
  const script = join(root, 'scripts', 'fuzz', 'native', 'allocations.mjs');
  const { status, output, errors } = capture(process.execPath, [
    '--expose-gc',
    script,
    join(folder, 'faulty.node'),
  ]);
  const last = errors.trim().split('\n').at(-1);
  check(output !== '', `ended with ${status} at ${last}\n${errors.slice(-2000)}`);
  const { requests, problems } = JSON.parse(output);
  check(problems.length === 0, problems.join('\n'));
  return Object.entries(requests)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** One line of `races` for each fit: the digests of a model agree on any number of ranks. */
function checkDigests(output, names) {
  const digests = new Map();
  for (const line of output.trim().split('\n')) {
    const [number, , digest] = line.split(' ');
    const [model] = names[number].split(' on ');
    const known = digests.get(model) ?? digest;
    check(known === digest, `${names[number]} ranks gives other bits than on one`);
    digests.set(model, known);
  }
  return digests.size;
}

/** Training steps under ThreadSanitizer, and that it would see a race. */
function findRaces() {
  const steps = join(work, 'steps.bin');
  const names = writeSteps(steps);
  const program = join(build('thread', ['races']), 'races');
  const env = { TSAN_OPTIONS: `exitcode=${RACE_FOUND} halt_on_error=1` };
  const isas = loadAddon().addon?.isas() ?? ['portable'];
  for (const isa of isas) {
    const { status, output, errors } = capture(program, ['--steps', steps, '--isa', isa], env);
    check(status === 0, `${isa}: ended with ${status}\n${errors.slice(0, 6000)}`);
    const models = checkDigests(output, names);
    check(output.trim().split('\n').length === names.length, `${isa}: ${output}`);
    console.log(
      `  ${isa}: ${names.length} fits of ${models} models, no race, the same bits on any number of ranks`,
    );
  }
  const without = capture(program, ['--steps', steps, '--isa', 'portable', '--drop-barrier', '0'], env);
  check(without.status === RACE_FOUND, `no race without a barrier: ended with ${without.status}`);
  return 'and one where a barrier is left out';
}

/** native/test with sanitizers. */
function testKernels() {
  const folder = build(values.plain ? '' : MEMORY_SANITIZERS, ['kernel_tests']);
  run(join(folder, 'kernel_tests'), []);
  return 'passed on every instruction set here';
}

const CHECKS = {
  program: fuzzProgram,
  addon: fuzzExports,
  allocations: failRequests,
  races: findRaces,
  kernels: testKernels,
};

if (values.show !== undefined) {
  for (const one of readCorpus(values.show)) console.log(describeCase(one).join('\n'));
} else {
  const unknown = positionals.filter((name) => !Object.hasOwn(CHECKS, name));
  if (unknown.length > 0) {
    console.error(`No check ${unknown.join(', ')}. There are: ${Object.keys(CHECKS).join(', ')}`);
    process.exit(2);
  }
  for (const name of positionals.length > 0 ? positionals : Object.keys(CHECKS)) {
    console.log(`${name}: ${await CHECKS[name]()}`);
  }
}
