import type { Report } from './report.js';

/** `name   value` lines with padded names. */
function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

function describeBackend(backend: Report['backend']): string {
  if ('error' in backend) return 'none, see below';
  const { kind, isa, target, reason } = backend;
  return `${kind}, ${isa}${target === null ? '' : `, ${target}`} (${reason})`;
}

function describeBits({ selfTest: { bits } }: Report): string {
  const runs = bits.map(({ isa, workers, same }) => `${isa} × ${workers} ${same ? 'same' : 'DIFFERENT'}`);
  return runs.join(', ');
}

function describeSpeed({ selfTest: { speed } }: Report): string {
  if (speed === null) return 'not measured';
  const rate = `${speed.gemm.toFixed(1)} GFLOP/s of one core in a matrix product`;
  if (speed.peak === null) return rate;
  const share = ((100 * speed.gemm) / speed.peak).toFixed(0);
  return `${rate}, ${share} % of its measured peak of ${speed.peak.toFixed(1)}`;
}

function describeCluster({ cluster: { launcher, libraries } }: Report): string {
  const found = libraries.map(({ file, library }) => `${library} (${file})`).join(', ') || 'no library found';
  return `${found}; ${launcher === null ? 'no launcher' : `started by ${launcher}`}`;
}

/** The report as Markdown, for a bug report. */
export function formatReport(report: Report): string {
  const { system, runtime, workers, environment } = report;
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const facts = table([
    ['steepest', report.steepest],
    ['system', [system.platform, system.arch, system.release, system.libc].filter(Boolean).join(', ')],
    ['processor', `${system.cpu}; ${system.cores} cores, ${system.memoryGB} GB`],
    ['program', `${runtime.name} ${runtime.version}, Node-API ${runtime.nodeApi}, V8 ${runtime.v8}`],
    ['executable', runtime.executable],
    ['environment', variables.join(' ') || 'no STEEPEST_ variable is set'],
    ['kernels', describeBackend(report.backend)],
    ['ISAs', report.isas.join(', ') || 'no native ones'],
    ['MPI', describeCluster(report)],
    [
      'threads',
      `${workers.count}: first fit ${workers.firstFitMs.toFixed(0)} ms, second ${workers.secondFitMs.toFixed(0)} ms`,
    ],
    ['bits', describeBits(report)],
    ['speed', describeSpeed(report)],
  ]);
  const compared = new Map(report.checksums.map(({ path, message }) => [path, `; ${message}`]));
  const binaries = table(
    report.binaries.map(({ path, message }) => [path, message + (compared.get(path) ?? '')] as const),
  );
  const problems =
    report.problems.length > 0 ? ['', 'PROBLEMS', ...report.problems] : ['', 'No problem found.'];
  return ['```', ...facts, '', ...binaries, ...problems, '```', ''].join('\n');
}
