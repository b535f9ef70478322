// What every benchmark prints first, and how it prints figures: medians, and ratios taken in one run.
import os from 'node:os';
import { backend } from 'steepest';

export function printMachine() {
  const { kind, isa, reason } = backend();
  console.log(
    `CPU ${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores; Node ${process.version}`,
  );
  console.log(`kernels: ${kind}, ${isa}${reason ? ` (${reason})` : ''}\n`);
}

export const median = (values) => quantile(values, 0.5);

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

/** Seconds of one call. */
export async function seconds(run) {
  const start = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

export function printFigure(name, value, bar) {
  console.log(`${name.padEnd(62)} ${String(value).padStart(14)}${bar ? `   (bar: ${bar})` : ''}`);
}
