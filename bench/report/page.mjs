// The page of all results: for each processor the charts and, beneath each, the table with every
// figure.

import { machineLines } from '../lib/machine.mjs';
import { digits, percent } from '../lib/print.mjs';
import { isUnsteady } from '../lib/stats.mjs';
import { SUITES } from '../suites/index.mjs';
import { best, fullName } from './best.mjs';
import { chart } from './chart.mjs';
import { escapeText } from './escape.mjs';
import { STYLE } from './style.mjs';

const spread = ({ min, max }) => `${digits(min)} – ${digits(max)}`;

/**
 * Cells of a row; the name of each column stands before its number where the screen is too narrow for
 * a table.
 */
const cells = (list) =>
  list
    .map(([kind, text, column]) => {
      const label = column === undefined || text === '' ? '' : ` data-column="${column}"`;
      return `<td class="${kind}"${label}>${escapeText(text)}</td>`;
    })
    .join('');

function figures(entry, unit, shares, ratio) {
  const unsteady = isUnsteady(entry) ? 'unsteady: rounds differ by more than 2 ×' : '';
  const share = entry.share === undefined ? '' : percent(entry.share);
  return cells([
    ['name', entry.name],
    ['number', `${digits(entry.value)} ${unit}`, 'median'],
    ['number soft', entry.rounds > 1 ? spread(entry) : '', 'spread'],
    ...(shares ? [['number', share, 'of the limit']] : []),
    ['number ratio', ratio === undefined ? '' : `${digits(ratio.value)} ×`, 'ahead by'],
    ['number soft', ratio === undefined || ratio.rounds < 2 ? '' : spread(ratio), 'spread'],
    ['note', [entry.note, unsteady].filter(Boolean).join('; ')],
  ]);
}

function group(row, shares, columns) {
  const limit =
    row.roofline === undefined ? '' : ` · peak of a core ${digits(row.roofline.peakOfCore / 1e9)} GFLOP/s`;
  const head = `<tr class="group"><th colspan="${columns}" scope="rowgroup">${escapeText(row.name)} <small>${row.better} is better${limit}</small></th></tr>`;
  const ours = `<tr class="ours">${figures(row.ours, row.unit, shares)}</tr>`;
  const peers = row.peers.map((peer) =>
    peer.absent === undefined
      ? `<tr class="${peer.ratio.value < 1 ? 'behind' : ''}">${figures(peer, row.unit, shares, peer.ratio)}</tr>`
      : `<tr class="missing">${cells([['name', peer.name]])}<td colspan="${columns - 1}">absent: ${escapeText(peer.absent)}</td></tr>`,
  );
  return `<tbody>${head}${ours}${peers.join('')}</tbody>`;
}

const head = (names) =>
  `<thead><tr>${names.map((name) => (name === '' ? '<td></td>' : `<th class="number" scope="col">${name}</th>`)).join('')}</tr></thead>`;

function compared(rows) {
  const shares = rows.some((row) => [row.ours, ...row.peers].some(({ share }) => share !== undefined));
  const names = ['', 'median', 'spread', ...(shares ? ['of the limit'] : []), 'ahead by', 'spread', ''];
  return `<table>${head(names)}${rows.map((row) => group(row, shares, names.length)).join('')}</table>`;
}

/** Rows that were compared with nothing, one line each. */
function plain(rows) {
  const line = ({ name, ours: { value, rounds, note, ...rest }, unit }) =>
    `<tr>${cells([
      ['name', name],
      ['number', `${digits(value)} ${unit}`, 'figure'],
      ['number soft', rounds > 1 ? spread(rest) : '', 'spread'],
      ['note', note ?? ''],
    ])}</tr>`;
  return `<table class="alone">${head(['', 'figure', rows.some(({ ours }) => ours.rounds > 1) ? 'spread' : '', ''])}<tbody>${rows.map(line).join('')}</tbody></table>`;
}

function table(rows) {
  const [others, alone] = [true, false].map((has) => rows.filter(({ peers }) => peers.length > 0 === has));
  return (others.length > 0 ? compared(others) : '') + (alone.length > 0 ? plain(alone) : '');
}

function section(processor, result) {
  const { suite, title, about, command, quick, machine, rows } = result;
  const at = machine.commit ? `, at ${machine.commit}` : '';
  const how = `${processor.name} · ${machine.date.slice(0, 10)}${at}${quick ? ', a quick run: few rounds, smaller work' : ''}`;
  const drawn = chart(rows);
  return (
    `<section id="${anchor(processor, suite)}"><h3>${escapeText(title)}</h3><p>${escapeText(about)}</p>` +
    `<p class="how"><code>${escapeText(command)}${command.includes(' -- ') ? '' : ' --'} --only ${escapeText(suite)}</code> · ${escapeText(how)}</p>` +
    `${drawn === '' ? '' : `<figure>${drawn}</figure>`}${drawn === '' ? table(rows) : `<details><summary>every figure</summary>${table(rows)}</details>`}</section>`
  );
}

const anchor = ({ id }, suite = '') => escapeText(suite === '' ? id : `${id}-${suite}`);

function part(processor) {
  const { name, results } = processor;
  // The commit may differ from suite to suite; the machine and the libraries seldom do.
  const lines = results.map(({ machine }) => machineLines({ ...machine, commit: undefined }).join('\n'));
  const machines = [...new Set(lines)]
    // Suites without other libraries name none: the same lines, fewer of them.
    .filter((text, _, all) => !all.some((other) => other !== text && other.startsWith(text)))
    .map((text) => `<pre>${escapeText(text)}</pre>`)
    .join('');
  const links = results.map(
    ({ suite, title }) => `<a href="#${anchor(processor, suite)}">${escapeText(title)}</a>`,
  );
  return `<article id="${anchor(processor)}"><h2>${escapeText(name)}</h2>${machines}<nav aria-label="${escapeText(name)}">${links.join('')}</nav>
${results.map((result) => section(processor, result)).join('\n')}</article>`;
}

/** How many times faster than the best rival, row by row, processors side by side. */
function glance(processors) {
  const rows = new Map();
  // Suite by suite, so that what only one processor has stands beside its like.
  const all = processors.flatMap(({ results }) => results.map(({ suite }) => suite));
  for (const suite of new Set([...SUITES.map(({ name }) => name), ...all]))
    for (const { id, results } of processors)
      for (const row of results.find((result) => result.suite === suite)?.rows ?? []) {
        const name = fullName(suite, row);
        if (row.headline && best(row) !== undefined) rows.set(name, { ...rows.get(name), [id]: best(row) });
      }
  if (rows.size === 0) return '';
  const cell = (rival) => {
    if (rival === undefined) return '<td></td>';
    const { value } = rival.ratio;
    const kind = value < 1 ? 'lost-cell' : 'won-cell';
    return `<td class="${kind}"><b>${digits(value)} ×</b> <small>${escapeText(rival.name)}</small></td>`;
  };
  const lines = [...rows].map(
    ([name, of]) =>
      `<tr><th scope="row">${escapeText(name)}</th>${processors.map(({ id }) => cell(of[id])).join('')}</tr>`,
  );
  const names = processors.map(
    (one) => `<th scope="col"><a href="#${anchor(one)}">${escapeText(one.name)}</a></th>`,
  );
  return `<section class="glance"><h2>Against the best of the others</h2><table><thead><tr><td></td>${names.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></section>`;
}

/** The whole page, needing no other file. */
export function page(processors) {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><title>steepest: benchmarks</title><style>${STYLE}</style></head><body>
<header><h1>steepest: benchmarks</h1>
<p>Bars say how many times faster steepest was than each library in the same run, taking turns: right of the line at 1 × steepest is ahead, left of it
behind. The thin line is the spread over the rounds; the axis is logarithmic. Rows in which steepest loses are shown like all others.
“Of the limit” is the share of the fused multiply-adds that the cores used could have done in that time, by the peak measured in the same run.</p></header>
<main>${glance(processors)}
${processors.map(part).join('\n')}</main>
</body></html>
`;
}
