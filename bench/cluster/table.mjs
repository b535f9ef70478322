// The tables of docs/cluster.md, from bench/cluster/results.json, which steps.mjs writes:
//   node bench/cluster/table.mjs      writes them between the two <!-- model --> of the page
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { digits } from '../lib/print.mjs';
import { ETHERNET_SHARE, stepSeconds } from './model.mjs';

const RESULTS = new URL('results.json', import.meta.url);
const PAGE = new URL('../../docs/cluster.md', import.meta.url);
const MARK = '<!-- model -->';

const gigabits = (rate) => (rate * 1e9 * ETHERNET_SHARE) / 8;
/** Networks that a reader may have, with the latency that programs see. */
const WIRES = [
  { name: '1 Gbit/s, 100 µs', latency: 100e-6, bytesPerSecond: gigabits(1) },
  { name: '10 Gbit/s, 30 µs', latency: 30e-6, bytesPerSecond: gigabits(10) },
  { name: '100 Gbit/s, 3 µs', latency: 3e-6, bytesPerSecond: gigabits(100) },
];
const HOSTS = [2, 4, 8];

const markdown = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const milliseconds = (seconds) => `${digits(1e3 * seconds)} ms`;

/** Of hosts that have their cores for themselves. */
const usualHandOver = ({ handOvers }) => Math.min(...Object.values(handOvers));

/** How many times faster some hosts are than one, for each network and wire. */
function gains(results) {
  const { networks, shards } = results;
  const handOver = usualHandOver(results);
  const rows = networks.map(({ title, parameters, hostSeconds }) => {
    const cells = WIRES.map(({ latency, bytesPerSecond }) =>
      HOSTS.map((ranks) => {
        const network = { latency, bytesPerSecond, handOver };
        const seconds = stepSeconds({ computation: hostSeconds, parameters, shards, ranks, network });
        return (hostSeconds / seconds).toFixed(hostSeconds / seconds < 0.1 ? 2 : 1);
      }).join(' · '),
    );
    return [title, parameters.toLocaleString('en'), milliseconds(hostSeconds), ...cells];
  });
  return markdown(['', 'parameters', 'a step on one host', ...WIRES.map(({ name }) => name)], rows);
}

function checked({ rows }) {
  const beside = (measured, predicted) =>
    `${milliseconds(predicted)}, ${String(Math.round(100 * (measured / predicted - 1))).replace('-', '−')} %`;
  const cells = rows.map(({ title, hosts, latencyUs, megabits, measured, predicted, byPlain }) => [
    title,
    `${hosts}`,
    `${latencyUs} µs, ${megabits} Mbit/s`,
    milliseconds(measured),
    beside(measured, predicted),
    beside(measured, byPlain),
  ]);
  return markdown(['', 'hosts', 'wires', 'measured', 'by the rate, off by', 'by plain TCP, off by'], cells);
}

function comparison(results) {
  const within = (hosts, by) => {
    const rows = results.rows.filter((row) => row.hosts === hosts);
    const near = rows.filter((row) => Math.abs(row.measured / row[by] - 1) <= 0.25);
    return `${near.length} of ${rows.length}`;
  };
  return `
Measured on hosts that one machine plays (\`scripts/cluster\`), over ${results.library}: 2 hosts
have a core each, 4 share two. The model knows the wires' rate, or what plain connections take for
as many bytes on the same hosts. The two cores also play the network, which takes 4 hosts some
milliseconds per step: at 1 Gbit/s that is much of a short one. Within 25 % of the model are

| | 2 hosts | 4 hosts |
| --- | --- | --- |
| by the wires' rate | ${within(2, 'predicted')} | ${within(4, 'predicted')} |
| by plain connections | ${within(2, 'byPlain')} | ${within(4, 'byPlain')} |

${checked(results)}
`;
}

/** What stands between the marks. */
export function tables(results) {
  return `
How many times faster ${HOSTS.join(' · ')} hosts are than one, as the model has it. Below 1 the
cluster is slower than one host. A host is ${results.processor}, ${results.cores} cores;
steps with Adam, ${results.shards} shards; h is ${digits(1e3 * usualHandOver(results))} ms.

${gains(results)}
${results.rows.length > 0 ? comparison(results) : ''}
`;
}

export const readResults = () => JSON.parse(readFileSync(RESULTS, 'utf8'));
export const writeResults = (results) => writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);

export function writeTables() {
  const parts = readFileSync(PAGE, 'utf8').split(MARK);
  if (parts.length !== 3) throw new Error(`docs/cluster.md must have two ${MARK}`);
  parts[1] = `\n${tables(readResults())}`;
  writeFileSync(PAGE, parts.join(MARK));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeTables();
