// What every benchmark prints first, and how it prints figures.
import { machine, machineLines } from './machine.mjs';

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

/** A figure with three digits that count. */
export function digits(value) {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', {
    minimumFractionDigits: Math.min(places, 4),
    maximumFractionDigits: Math.min(places, 4),
  });
}

export function printRow({ name, unit, ours, peers }) {
  console.log(name);
  const line = (entry, tail) =>
    console.log(`  ${entry.name.padEnd(44)} ${digits(entry.value).padStart(9)} ${unit.padEnd(10)} ${tail}`);
  const spread = ({ min, max, note }) => `${digits(min)}–${digits(max)}${note ? `; ${note}` : ''}`;
  line(ours, spread(ours));
  for (const peer of peers) {
    if (peer.absent !== undefined) console.log(`  ${peer.name.padEnd(44)}    absent: ${peer.absent}`);
    else line(peer, `${digits(peer.ratio.value)} × (${spread(peer)})`);
  }
}
