// What a row comes down to, for tables in Markdown.
import { SUITES } from '../suites/index.mjs';

const SIGN = { higher: -1, lower: 1 };

/** The peer that did best in a row: the fairest to be held against. */
export function best({ peers, better }) {
  const there = peers.filter((peer) => peer.absent === undefined);
  return there.sort((a, b) => SIGN[better] * (a.value - b.value))[0];
}

/** 'PyTorch, 2 threads, AVX-512' in two: the library, and how it ran. */
export function library(name) {
  const [first, ...how] = name.split(', ');
  return { name: first, how: how.join(', ') };
}

/** What a row is about, where it does not stand under its suite's title. */
export function fullName(suite, row) {
  const subject = SUITES.find(({ name }) => name === suite)?.subject;
  return subject === undefined ? row.name : `${subject}: ${row.name}`;
}

/** Results of long runs against other libraries. */
export const againstPeers = (results) =>
  results.filter(
    ({ command, quick, rows }) =>
      !quick && command.includes('bench:peers') && rows.some((row) => row.peers.some((peer) => peer.ratio)),
  );

/** Breaks text at spaces into lines of at most 100 columns. */
export function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= 100) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The machine, the libraries and the days of some results, in one paragraph. */
export function machineText(results) {
  const { cores, node, kernels, processor } = results[0].machine;
  const versions = Object.assign({}, ...results.map(({ machine }) => machine.versions));
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const days = [...new Set(results.map(({ machine }) => machine.date.slice(0, 10)))].sort();
  const parts = [
    `**${processor.name}**, ${cores} cores; kernels: ${kernels.replace(/ \(.*/, '')}; Node ${node}`,
    ...(libraries.length > 0 ? [libraries.join(', ')] : []),
    days.join(' and '),
  ];
  return wrapped(`${parts.join('; ')}. Medians of rounds in turn.`).join('\n');
}

const MARKER = '<!-- bench -->';

/**
 * Puts tables between the two markers of a document.
 * @throws Error if the text has not two
 */
export function replaceTable(text, table, name = 'README.md') {
  const parts = text.split(MARKER);
  if (parts.length !== 3) throw new Error(`${name} needs ${MARKER} twice, around its tables`);
  return `${parts[0]}${MARKER}\n${table}\n${MARKER}${parts[2]}`;
}
