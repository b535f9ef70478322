/** What runs have found, as text. */
const PEAK = 2 ** 20;

/** One line while a run goes on. */
export function progressLine(reader, { next, files, faults, slowestMs, peakBytes }, until) {
  const peak = Math.round(peakBytes / PEAK);
  return `${reader}: ${next} of ${until}, ${files} read, slowest ${slowestMs.toFixed(0)} ms, peak ${peak} MB, ${faults.length} faults`;
}

const HEAD = [
  'reader',
  'files',
  'accepted',
  'refused',
  'slowest file (CPU)',
  'peak RSS',
  'faults',
  'seconds',
];

function rowOf({ reader, files, outcomes, slowestMs, slowest, peakBytes, faults, seconds }) {
  const { accepted = 0, ...codes } = outcomes;
  const refused = Object.entries(codes)
    .sort((a, b) => b[1] - a[1])
    .map(([code, count]) => `${code} ${count}`);
  return [
    reader,
    files,
    accepted,
    refused.join(', ') || 0,
    `${slowestMs.toFixed(0)} ms (${slowest})`,
    `${Math.round(peakBytes / PEAK)} MB`,
    faults.length,
    seconds.toFixed(0),
  ].map(String);
}

/** A table of all runs. */
export function tableOf(runs) {
  const rows = [HEAD, ...runs.map(rowOf)];
  const widths = HEAD.map((_, k) => Math.max(...rows.map((row) => row[k].length)));
  const lineOf = (row) => `| ${row.map((cell, k) => cell.padEnd(widths[k])).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [lineOf(rows[0]), rule, ...rows.slice(1).map(lineOf)].join('\n');
}

/** The same fault in two files differs in numbers and names. */
const kindOf = (message) => message.split('\n')[0].replaceAll(/\d+|'[^']*'/g, '');

/** What is wrong, each kind of fault once, and how to see it again. */
export function faultsOf({ reader, seed, faults, kept }) {
  const kinds = new Map();
  faults.forEach((fault, k) => {
    const kind = kindOf(fault.message);
    kinds.set(kind, [...(kinds.get(kind) ?? []), { ...fault, path: kept[k] }]);
  });
  return [...kinds.values()].map(([{ index, message, path }, ...more]) => {
    const others = more.length > 0 ? `\n  also files ${more.map((fault) => fault.index).join(', ')}` : '';
    const again =
      path === undefined
        ? '  --keep FOLDER writes the file'
        : `  again: node scripts/fuzz/readers.mjs --reader ${reader} --file ${path}\n` +
          `  once it is corrected: cp ${path} test/fuzz/corpus/${reader}/what-was-wrong`;
    const which = index < 0 ? 'the given file' : `file ${index} of seed ${seed}`;
    return `${reader}, ${which}: ${message}${others}\n${again}`;
  });
}
