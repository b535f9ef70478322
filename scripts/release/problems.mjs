// What would be wrong with publishing a package: of its version,
// addresses and binaries, and of the npm that would do it.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prebuildFile, TARGETS } from '../prebuild/targets.mjs';
import { PLACEHOLDER, repositoryOf } from './repository.mjs';

/** The first npm that publishes with the identity of a workflow's run, without a token. */
const OLDEST_NPM = [11, 5, 1];

function versionProblems({ version }, changelog, tag) {
  const problems = tag === `v${version}` ? [] : [`the tag is ${tag}, the version ${version}`];
  const heading = changelog.split('\n').find((line) => line.startsWith(`## ${version}`));
  if (heading === undefined) problems.push(`CHANGELOG.md says nothing of ${version}`);
  else if (heading.includes('unreleased'))
    problems.push(`CHANGELOG.md calls ${version} unreleased: give it its date`);
  return problems;
}

function repositoryProblems(manifest, here) {
  const { owner, problems } = repositoryOf(manifest);
  const named = `${owner}/${manifest.name}`;
  if (owner === PLACEHOLDER)
    problems.push(
      `package.json still has the placeholder ${PLACEHOLDER} for the GitHub account in repository, homepage and bugs: write the account there`,
    );
  else if (owner !== undefined && here !== undefined && named !== here)
    problems.push(`package.json names the repository ${named}, this one is ${here}`);
  return problems;
}

function binaryProblem(prebuilds, sums, target) {
  const file = prebuildFile(target);
  if (!existsSync(join(prebuilds, file))) return `${target.name} is missing`;
  const sum = createHash('sha256')
    .update(readFileSync(join(prebuilds, file)))
    .digest('hex');
  return sums.includes(`${sum}  ${file}\n`) ? undefined : `${target.name} is not the file of SHA256SUMS`;
}

function binaryProblems(prebuilds) {
  const list = join(prebuilds, 'SHA256SUMS');
  const sums = existsSync(list) ? readFileSync(list, 'utf8') : '';
  return TARGETS.map((target) => binaryProblem(prebuilds, sums, target)).filter(Boolean);
}

function npmProblems(version) {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  const at = OLDEST_NPM.findIndex((part, i) => part !== parts[i]);
  if (at === -1 || parts[at] > OLDEST_NPM[at]) return [];
  return [`npm is ${version}; without a token ${OLDEST_NPM.join('.')} and later can publish`];
}

/**
 * @param {string} folder the unpacked package
 * @param {{ tag: string, repository?: string, npm?: string }} release repository: where the
 * workflow runs, as account/name; npm:
 *   the version that is about to publish. What is not given is not looked at.
 * @returns {string[]} a sentence for each
 */
export function releaseProblems(folder, { tag, repository, npm }) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return [
    ...versionProblems(manifest, readFileSync(join(folder, 'CHANGELOG.md'), 'utf8'), tag),
    ...repositoryProblems(manifest, repository),
    ...binaryProblems(join(folder, 'prebuilds')),
    ...(npm === undefined ? [] : npmProblems(npm)),
  ];
}
