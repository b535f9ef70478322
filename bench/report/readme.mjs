// The README's table of figures, between two markers.
import { digits } from '../lib/print.mjs';

const MARKER = '<!-- bench -->';

/** The peer that did best in a row: the fairest to be held against. */
function best({ peers, better }) {
  const there = peers.filter((peer) => peer.absent === undefined);
  const sign = better === 'higher' ? -1 : 1;
  return there.sort((a, b) => sign * (a.value - b.value))[0];
}

function line(row) {
  const rival = best(row);
  const ours = `${digits(row.ours.value)} ${row.unit}`;
  if (rival === undefined) return `| ${row.name} | ${ours} | none was there | |`;
  const factor = digits(rival.ratio.value);
  return `| ${row.name} | ${ours} | ${digits(rival.value)} ${row.unit} (${rival.name}) | ${factor} × |`;
}

/** Rows that the README shows: those marked so, and every row that is lost to some peer. */
function shown(row) {
  return row.headline || row.peers.some((peer) => peer.ratio !== undefined && peer.ratio.value < 1);
}

export function readmeTable(results) {
  const compared = results.filter(({ rows }) => rows.some((row) => row.peers.some((peer) => peer.ratio)));
  const peers = compared.filter(({ command }) => command.includes('bench:peers'));
  const rows = peers.flatMap((result) => result.rows.filter(shown));
  if (rows.length === 0) return undefined;
  const { cpu, cores, node, date, kernels, versions } = peers[0].machine;
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const quick = peers.some((result) => result.quick) ? ' A quick run: few rounds, smaller work.' : '';
  return [
    `${cpu}, ${cores} cores; kernels: ${kernels}; Node ${node}; ${names.join(', ')}; ${date.slice(0, 10)}. Medians of rounds in turn.${quick}`,
    '',
    '| | steepest | best of the others | times faster |',
    '|---|---|---|---|',
    ...rows.map(line),
  ].join('\n');
}

/** @throws Error if the text has not two markers */
export function replaceTable(readme, table) {
  const parts = readme.split(MARKER);
  if (parts.length !== 3) throw new Error(`README.md needs ${MARKER} twice, around its table`);
  return `${parts[0]}${MARKER}\n${table}\n${MARKER}${parts[2]}`;
}
