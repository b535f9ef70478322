// The tables of docs/benchmarks.md: every row of every suite, for each processor.
import { digits, percent } from '../lib/print.mjs';
import { best, library, machineText } from './best.mjs';

const markdown = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The best form of one library in a row, and how it ran. */
function theirs(row, name) {
  const rival = best({ ...row, peers: row.peers.filter((peer) => library(peer.name).name === name) });
  if (rival === undefined) return row.peers.some((peer) => library(peer.name).name === name) ? 'absent' : '';
  const { how } = library(rival.name);
  return `${digits(rival.value)}${how === '' ? '' : ` (${how})`}`;
}

function ours({ ours: { name, value }, unit }) {
  const { how } = library(name);
  return `${digits(value)} ${unit}${name.startsWith('steepest') && how !== '' ? ` (${how})` : ''}`;
}

function comparison(rows) {
  const libraries = [...new Set(rows.flatMap(({ peers }) => peers.map(({ name }) => library(name).name)))];
  const shares = rows.some((row) => row.ours.share !== undefined);
  const cells = (row) => {
    const rival = best(row);
    return [
      row.name,
      ours(row),
      ...(shares ? [row.ours.share === undefined ? '' : percent(row.ours.share)] : []),
      ...libraries.map((name) => theirs(row, name)),
      rival === undefined ? '' : `${digits(rival.ratio.value)} ×`,
    ];
  };
  const head = ['', 'steepest', ...(shares ? ['of the limit'] : []), ...libraries, 'ahead of the best'];
  return markdown(head, rows.map(cells));
}

/** Rows that were compared with nothing; those named 'what; of which' as one table of both. */
function alone(rows) {
  const parts = rows.map((row) => ({ row, pair: row.name.split('; ') }));
  const crossed = parts.filter(({ pair }) => pair.length === 2);
  const plain = parts.filter(({ pair }) => pair.length !== 2).map(({ row }) => row);
  const tables = [];
  if (crossed.length > 0) {
    const columns = [...new Set(crossed.map(({ pair }) => pair[0]))];
    const lines = [...new Set(crossed.map(({ pair }) => pair[1]))];
    const cell = (line, column) => {
      const { row } = crossed.find(({ pair }) => pair[0] === column && pair[1] === line) ?? {};
      return row === undefined ? '' : digits(row.ours.value);
    };
    const body = lines.map((line) => [line, ...columns.map((column) => cell(line, column))]);
    tables.push(markdown([crossed[0].row.unit, ...columns], body));
  }
  if (plain.length > 0)
    tables.push(
      markdown(
        ['', '', ''],
        plain.map(({ name, ours: { value, note = '' }, unit }) => [name, `${digits(value)} ${unit}`, note]),
      ),
    );
  return tables;
}

/** What a suite says besides its times: accuracies. */
function remarks(rows) {
  return rows.flatMap(({ name, ours: mine, peers }) => {
    const entries = [mine, ...peers].filter(({ note }) => note?.includes('accuracy'));
    const said = [...new Set(entries.map((entry) => `${entry.name}: ${entry.note}`))];
    return said.length === 0 ? [] : [`- ${name}:`, ...said.map((text) => `  - ${text}`)];
  });
}

/** Why a contender is absent, once for each reason. */
function absences(rows) {
  const gone = rows.flatMap(({ peers }) => peers.filter(({ absent }) => absent !== undefined));
  return [...new Set(gone.map(({ name, absent }) => `- ${name} is absent: ${absent}`))];
}

function suite({ suite: name, title, command, rows }) {
  const compared = rows.filter(({ peers }) => peers.length > 0);
  const lists = [...remarks(compared), ...absences(compared)];
  return [
    `#### ${title} (\`${command} -- --only ${name}\`)`,
    ...(compared.length > 0 ? [comparison(compared)] : []),
    ...alone(rows.filter(({ peers }) => peers.length === 0)),
    ...(lists.length > 0 ? [lists.join('\n')] : []),
  ].join('\n\n');
}

/** @returns the sections of all processors, or undefined without a long run */
export function docsTables(processors) {
  const measured = processors
    .map(({ name, results }) => ({ name, results: results.filter(({ quick }) => !quick) }))
    .filter(({ results }) => results.length > 0);
  if (measured.length === 0) return undefined;
  return measured
    .map(({ name, results }) => [`### ${name}`, machineText(results), ...results.map(suite)].join('\n\n'))
    .join('\n\n');
}
