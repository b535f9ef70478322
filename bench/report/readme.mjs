// The README's tables of figures, one for each processor.
import { digits, percent } from '../lib/print.mjs';
import { againstPeers, best, machineText } from './best.mjs';

function line(row, shares) {
  const rival = best(row);
  const { value, share } = row.ours;
  const ours = [row.name, `${digits(value)} ${row.unit}`];
  if (shares) ours.push(share === undefined ? '' : percent(share));
  const theirs =
    rival === undefined
      ? ['none was there', '']
      : [`${digits(rival.value)} ${row.unit} (${rival.name})`, `${digits(rival.ratio.value)} ×`];
  return `| ${[...ours, ...theirs].join(' | ')} |`;
}

/** Rows that the README shows: those marked so, and every row that is lost to some peer. */
function shown(row) {
  return row.headline || row.peers.some((peer) => peer.ratio !== undefined && peer.ratio.value < 1);
}

function table(results) {
  const rows = results.flatMap((result) => result.rows.filter(shown));
  const shares = rows.some(({ ours }) => ours.share !== undefined);
  const head = ['', 'steepest', ...(shares ? ['of the limit'] : []), 'best of the others', 'times faster'];
  return [
    machineText(results),
    '',
    `| ${head.join(' | ')} |`,
    `|${'---|'.repeat(head.length)}`,
    ...rows.map((row) => line(row, shares)),
  ].join('\n');
}

/** @returns the tables, or undefined if nothing was compared */
export function readmeTables(processors) {
  const compared = processors
    .map(({ results }) => againstPeers(results))
    .filter((results) => results.some(({ rows }) => rows.some(shown)));
  return compared.length === 0 ? undefined : compared.map(table).join('\n\n');
}
