// What every benchmark prints first, and how it prints figures.
import { digits, percent } from '#steepest/cli/bench/figures.js';
import { machine, machineLines } from './machine.mjs';

export { digits, percent } from '#steepest/cli/bench/figures.js';
export { median, quantile } from './stats.mjs';

export function printMachine() {
  console.log(`${machineLines(machine()).join('\n')}\n`);
}

/** Seconds of one call. */
export async function seconds(run) {
  const start = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const colour = (code, text) => (process.stdout.isTTY ? `\x1b[${code}m${text}\x1b[0m` : text);
const [BOLD, DIM, RED] = [1, 2, 31];
const NAME_WIDTH = 40;

/** The figure, share of the limit of its cores, ratio and spread of one contender. */
function printEntry({ name, value, share, ratio, min, max, note }, unit, first) {
  const figure = `${digits(value)} ${unit}`.padStart(17);
  const of = share === undefined ? ''.padStart(9) : `${percent(share)}`.padStart(9);
  const times = ratio === undefined ? ''.padStart(9) : `${digits(ratio.value)} ×`.padStart(9);
  const spread = min === max ? '' : `${digits(min)}–${digits(max)}`;
  const tail = [spread, note].filter(Boolean).join('; ');
  const shown = first ? colour(BOLD, name.padEnd(NAME_WIDTH)) : name.padEnd(NAME_WIDTH);
  const lost = ratio !== undefined && ratio.value < 1;
  console.log(
    `  ${shown}${figure}${of}${lost ? colour(RED, times) : times}   ${colour(DIM, tail)}`.trimEnd(),
  );
}

/** What the columns below it are, where a suite compares. */
export function printHead() {
  const head = ['median', 'of limit', 'ahead'].map((text, i) => text.padStart([17, 9, 9][i]));
  console.log(colour(DIM, `  ${''.padEnd(NAME_WIDTH)}${head.join('')}   spread`));
}

export function printRow({ name, unit, ours, peers }) {
  if (peers.length === 0) {
    printEntry({ ...ours, name }, unit, false);
    return;
  }
  console.log(`\n${name}`);
  printEntry(ours, unit, true);
  for (const peer of peers) {
    if (peer.absent === undefined) printEntry(peer, unit, false);
    else console.log(`  ${peer.name.padEnd(NAME_WIDTH)}${colour(DIM, `absent: ${peer.absent}`)}`);
  }
}
