import { type LoadProblem, prebuiltTargets } from './addon.cjs';

const BUILD =
  'in a checkout of the repository, build it: npm run build:native (needs a C++17 compiler and Python)';
const SLOWER = 'leave the choice out: TypeScript kernels compute the same model, more slowly';

/** The problems in one line. */
export function describeProblems(problems: readonly LoadProblem[]): string {
  return problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
}

function platformRemedies(platform: string): string[] {
  if (prebuiltTargets.includes(platform)) return [];
  return [`there is no prebuilt binary for ${platform}, only for ${prebuiltTargets.join(', ')}`];
}

/** Remedies for files that exist but do not load. */
function loadRemedies(messages: readonly string[]): string[] {
  const any = (pattern: RegExp) => messages.some((message) => pattern.test(message));
  return [
    ...(any(/noexec|failed to map|Permission denied|Operation not permitted/i)
      ? ['keep node_modules on a file system that allows execution, readable for this user']
      : []),
    ...(any(/invalid ELF|file too short|not a valid Win32|not a mach-o|truncated|wrong architecture/i)
      ? ['install again for this platform: node_modules was copied from another one, or a file is damaged']
      : []),
  ];
}

/** Remedies for the user if no add-on loads, one per line. */
export function remedies(problems: readonly LoadProblem[]): string {
  const platform = `${process.platform}-${process.arch}`;
  const prebuilt = problems.filter(({ path }) => path.startsWith('prebuilds/'));
  const allMissing = prebuilt.length > 0 && prebuilt.every(({ missing }) => missing);
  const lines = [
    ...platformRemedies(platform),
    ...loadRemedies(problems.filter(({ missing }) => !missing).map(({ message }) => message)),
    ...(allMissing
      ? [
          'if a bundler copied this package, mark it as external, or copy its prebuilds folder too',
          'install it again: npm install --force steepest',
        ]
      : []),
    BUILD,
    SLOWER,
    'see what was tried: npx steepest doctor',
  ];
  return [
    'Possible solutions:',
    ...lines.map((line, i) => `- ${line}${i < lines.length - 1 ? ';' : '.'}`),
  ].join('\n');
}
