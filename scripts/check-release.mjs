// The last look before a package is published: are its
// version, addresses and binaries those of the release?
//   node scripts/check-release.mjs steepest-1.2.3.tgz v1.2.3
// On GitHub, where a workflow publishes, also whether this npm
// can do it and the package names the workflow's repository.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseProblems } from './release/problems.mjs';

const [tarball, tag] = process.argv.slice(2);
if (tag === undefined) {
  console.error('Usage: node scripts/check-release.mjs <package.tgz> <tag>');
  process.exit(2);
}

function npmVersion() {
  const options = { encoding: 'utf8', shell: process.platform === 'win32' };
  return execFileSync('npm', ['--version'], options).trim();
}

const isWorkflow = process.env.GITHUB_ACTIONS === 'true';
const folder = mkdtempSync(join(tmpdir(), 'steepest-release-'));
try {
  execFileSync('tar', ['-xzf', tarball, '-C', folder]);
  const problems = releaseProblems(join(folder, 'package'), {
    tag,
    repository: process.env.GITHUB_REPOSITORY,
    npm: isWorkflow ? npmVersion() : undefined,
  });
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`${tarball} is ready for ${tag}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
