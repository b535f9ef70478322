/** The result as tables that are aligned on a terminal and that an issue shows as Markdown. */
import type { BenchResult, Section } from './bench.js';
import { digits, percent } from './figures.js';
import { processorText } from './machine.js';
import { isUnsteady } from './stats.js';
import type { Row } from './turns.js';

/** A Markdown table with padded cells; the columns after the first are aligned to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, i) => Math.max(3, name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** How many times as fast as on one worker: the row before it that has one. */
function speedups(rows: readonly Row[]): string[] {
  let one = 0;
  return rows.map(({ cores, value }) => {
    if (cores === 1) one = value;
    return `${digits(one / value)} ×`;
  });
}

function sectionTable({ id, title, rows }: Section): string {
  const faster = id === 'scaling' ? speedups(rows) : undefined;
  const shares = rows.some(({ share }) => share !== null);
  const cells = (row: Row, i: number): string[] => [
    row.name,
    `${digits(row.value)} ${row.unit}`,
    ...(faster === undefined ? [] : [faster[i]!]),
    ...(shares ? [row.share === null ? '' : percent(row.share)] : []),
    row.rounds === 1 ? 'one round' : `${digits(row.min)} – ${digits(row.max)}${isUnsteady(row) ? ' !' : ''}`,
  ];
  const head = [
    title,
    'median',
    ...(faster === undefined ? [] : ['speed-up']),
    ...(shares ? ['of the limit'] : []),
    'spread',
  ];
  return markdownTable(head, rows.map(cells));
}

/** Tables, and beneath them what the columns mean and what to mistrust. */
export function formatBench(result: BenchResult): string {
  const { machine, workers, seconds, peakOfCore, sections, warnings } = result;
  const facts = [
    `steepest ${machine.steepest} · ${machine.date.slice(0, 10)} · ${Math.round(seconds.taken)} s`,
    processorText(machine),
    `${machine.os} · Node.js ${machine.node} · ${machine.memoryGiB} GiB`,
    `kernels: ${machine.kernels}`,
    `${workers} ${workers === 1 ? 'worker' : 'workers'}${peakOfCore === null ? '' : ` · peak of a core ${digits(peakOfCore)} GFLOP/s`}`,
  ];
  const legend = [
    'G/s: billions of elements a second.',
    ...(peakOfCore === null
      ? []
      : [
          'Of the limit: the share of the multiply-adds that the cores used could have done in that time.',
          'Convolutions count as direct ones; Winograd’s take fewer operations and may exceed 100 %.',
        ]),
  ];
  return [
    facts.map((fact) => `- ${fact}`).join('\n'),
    ...sections.map(sectionTable),
    legend.join('\n'),
    ...warnings.map((warning) => `Warning: ${warning}`),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}
