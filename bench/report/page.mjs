// The page of all results: charts and, beneath each, the table with every figure.
import { machineLines } from '../lib/machine.mjs';
import { digits } from '../lib/print.mjs';
import { isUnsteady } from '../lib/stats.mjs';
import { chart } from './chart.mjs';
import { escapeText } from './escape.mjs';
import { STYLE } from './style.mjs';

const spread = ({ min, max }) => `${digits(min)} – ${digits(max)}`;
const cells = (list) => list.map(([kind, text]) => `<td class="${kind}">${escapeText(text)}</td>`).join('');

function figures(entry, unit, ratio) {
  const parts = [
    ['name', entry.name],
    ['number', `${digits(entry.value)} ${unit}`],
    ['number', entry.rounds > 1 ? spread(entry) : ''],
    ['number', ratio === undefined ? '' : `${digits(ratio.value)} ×`],
    ['number', ratio === undefined || ratio.rounds < 2 ? '' : spread(ratio)],
    [
      'note',
      [entry.note, isUnsteady(entry) ? 'unsteady: rounds differ by more than 2 ×' : '']
        .filter(Boolean)
        .join('; '),
    ],
  ];
  return cells(parts);
}

function tableRow(row) {
  const group = `<tr class="group"><th colspan="6" scope="rowgroup">${escapeText(row.name)} <small>${row.better} is better</small></th></tr>`;
  const ours = `<tr class="ours">${figures(row.ours, row.unit)}</tr>`;
  const peers = row.peers.map((peer) =>
    peer.absent === undefined
      ? `<tr class="${peer.ratio.value < 1 ? 'behind' : ''}">${figures(peer, row.unit, peer.ratio)}</tr>`
      : `<tr class="missing">${cells([['name', peer.name]])}<td colspan="5">absent: ${escapeText(peer.absent)}</td></tr>`,
  );
  return `<tbody>${group}${ours}${peers.join('')}</tbody>`;
}

/** Rows that were compared with nothing, one line each. */
function plainTable(rows) {
  const line = ({ name, ours, unit }) => `<tr>${figures({ ...ours, name }, unit)}</tr>`;
  const used = rows.some(({ ours }) => ours.rounds > 1);
  return `<table><thead><tr><th>what</th><th class="number">figure</th><th class="number">${used ? 'spread' : ''}</th><th></th><th></th><th></th></tr></thead><tbody>${rows.map(line).join('')}</tbody></table>`;
}

function table(rows) {
  const compared = rows.filter((row) => row.peers.length > 0);
  const alone = rows.filter((row) => row.peers.length === 0);
  const head =
    '<thead><tr><th></th><th class="number">median</th><th class="number">spread</th><th class="number">steepest ahead by</th><th class="number">spread</th><th></th></tr></thead>';
  return (
    (compared.length > 0 ? `<table>${head}${compared.map(tableRow).join('')}</table>` : '') +
    (alone.length > 0 ? plainTable(alone) : '')
  );
}

function section(result) {
  const { suite, title, about, command, quick, machine, rows } = result;
  const at = machine.commit ? `, at ${machine.commit}` : '';
  const how = `${machine.date.slice(0, 10)}${at}${quick ? ', a quick run: few rounds, smaller work' : ''}`;
  return (
    `<section id="${escapeText(suite)}"><h2>${escapeText(title)}</h2><p>${escapeText(about)}</p>` +
    `<p class="how"><code>${escapeText(command)}${command.includes(' -- ') ? '' : ' --'} --only ${escapeText(suite)}</code> · ${escapeText(how)}</p>` +
    `<figure>${chart(rows)}</figure>${table(rows)}</section>`
  );
}

/** The whole page, needing no other file. */
export function page(results) {
  // The commit may differ from suite to suite; the machine and the libraries seldom do.
  const lines = results.map(({ machine }) => machineLines({ ...machine, commit: undefined }).join('\n'));
  const machines = [...new Set(lines)].map((text) => `<pre>${escapeText(text)}</pre>`).join('');
  const links = results.map(({ suite, title }) => `<a href="#${escapeText(suite)}">${escapeText(title)}</a>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><title>steepest: benchmarks</title><style>${STYLE}</style></head><body>
<header><h1>steepest: benchmarks</h1>
<p>Bars say how many times faster steepest was than each library in the same run, taking turns: right of the line at 1 × steepest is ahead, left of it
behind. The thin line is the spread over the rounds; the axis is logarithmic. Rows in which steepest loses are shown like all others.</p>
${machines}<nav>${links.join(' · ')}</nav></header>
<main>${results.map(section).join('\n')}</main>
</body></html>
`;
}
