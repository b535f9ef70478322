// The installed package on every version of Node.js that it supports.
import { Absent, checkEqual } from '../lib/check.mjs';
import { installedFolder, withoutPrebuilds } from '../lib/installed.mjs';
import { NODE_VERSIONS, nodeFor } from '../lib/nodes.mjs';
import { direct, runPrograms } from '../lib/programs.mjs';
import { hostTarget, referenceBits } from '../lib/reference.mjs';

export function verifyNodes() {
  if (process.platform !== 'linux') throw new Absent('Node.js for Linux runs on Linux');
  const bare = withoutPrebuilds();
  const versions = NODE_VERSIONS.map((version) => {
    const launch = direct(nodeFor(`linux-${process.arch}`, version));
    const { bits, version: ran } = runPrograms(installedFolder(), launch, {
      kind: 'native',
      target: hostTarget,
    });
    checkEqual(ran, `v${version}`, 'the version that ran');
    checkEqual(bits, referenceBits(), `bits on Node.js ${version}`);
    runPrograms(bare, launch, { kind: 'typescript', target: null });
    return version;
  });
  return versions.join(', ');
}
