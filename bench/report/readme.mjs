// The README's table of figures: headlines of the processor that was measured last. Every row and
// every processor is in docs/benchmarks.md.
import { digits, percent } from '../lib/print.mjs';
import { againstPeers, best, fullName, machineText, wrapped } from './best.mjs';

function line(suite, row, shares) {
  const rival = best(row);
  const { value, share } = row.ours;
  const ours = [fullName(suite, row), `${digits(value)} ${row.unit}`];
  if (shares) ours.push(share === undefined ? '' : percent(share));
  const theirs =
    rival === undefined
      ? ['none was there', '']
      : [`${digits(rival.value)} ${row.unit} (${rival.name})`, `${digits(rival.ratio.value)} ×`];
  return `| ${[...ours, ...theirs].join(' | ')} |`;
}

/** How many rows are behind the best of the others, suite by suite: headlines or not. */
function behind(results) {
  const compared = results.map(({ title, rows }) => ({ title, rows: rows.filter((row) => best(row)) }));
  const total = compared.reduce((sum, { rows }) => sum + rows.length, 0);
  const lost = compared.flatMap(({ title, rows }) => {
    const ratios = rows.map((row) => best(row).ratio.value).filter((ratio) => ratio < 1);
    if (ratios.length === 0) return [];
    return [`${ratios.length} of ${rows.length} in “${title}” (${digits(Math.min(...ratios))} × at worst)`];
  });
  if (lost.length === 0) return `steepest is ahead of the best of the others in all ${total} rows.`;
  return `Of all ${total} rows, steepest is behind the best of the others in ${lost.join(', ')}.`;
}

function table(results) {
  const rows = results.flatMap(({ suite, rows: all }) =>
    all.filter(({ headline }) => headline).map((row) => ({ suite, row })),
  );
  const shares = rows.some(({ row: { ours } }) => ours.share !== undefined);
  const head = ['', 'steepest', ...(shares ? ['of the limit'] : []), 'best of the others', 'times faster'];
  return [
    machineText(results),
    '',
    `| ${head.join(' | ')} |`,
    `|${'---|'.repeat(head.length)}`,
    ...rows.map(({ suite, row }) => line(suite, row, shares)),
    '',
    ...wrapped(behind(results)),
  ].join('\n');
}

/** @returns the table of the first processor that has one, or undefined if nothing was compared */
export function readmeTable(processors) {
  const compared = processors
    .map(({ results }) => againstPeers(results))
    .find((results) => results.some(({ rows }) => rows.some(({ headline }) => headline)));
  return compared === undefined ? undefined : table(compared);
}
