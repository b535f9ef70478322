// The last look before a package is published: is its version the tag's, and has it the binary of every target?
//   node scripts/check-release.mjs steepest-1.2.3.tgz v1.2.3

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { prebuildFile, TARGETS } from './prebuild/targets.mjs';

const [tarball, tag] = process.argv.slice(2);
if (tag === undefined) {
  console.error('Usage: node scripts/check-release.mjs <package.tgz> <tag>');
  process.exit(2);
}

const MOST_BYTES = 1 << 26;
const read = (path) => execFileSync('tar', ['-xzOf', tarball, `package/${path}`], { maxBuffer: MOST_BYTES });
const listed = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');

const problems = [];
const { version } = JSON.parse(read('package.json').toString());
if (tag !== `v${version}`) problems.push(`the tag is ${tag}, the version ${version}`);
const sums = read('prebuilds/SHA256SUMS').toString();
for (const target of TARGETS) {
  const file = prebuildFile(target);
  if (!listed.includes(`package/prebuilds/${file}`)) {
    problems.push(`${target.name} is missing`);
    continue;
  }
  const sum = createHash('sha256')
    .update(read(`prebuilds/${file}`))
    .digest('hex');
  if (!sums.includes(`${sum}  ${file}\n`)) problems.push(`${target.name} is not the file of SHA256SUMS`);
}

for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`${tarball}: version ${version}, ${TARGETS.length} binaries`);
process.exitCode = problems.length > 0 ? 1 : 0;
