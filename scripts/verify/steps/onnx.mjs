// Exported models in onnxruntime-node: what it computes is what the installed package predicts.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { check, run } from '../lib/check.mjs';
import { installedFolder } from '../lib/installed.mjs';
import { root } from '../lib/places.mjs';
import { lockedPackages } from '../lib/tools.mjs';

const FEWEST_NETWORKS = 300;

export function verifyOnnx() {
  const runtime = lockedPackages('onnxruntime');
  const folder = installedFolder();
  cpSync(join(root, 'scripts/exchange'), join(folder, 'exchange'), { recursive: true });
  const output = run(process.execPath, ['onnx-networks.mjs', runtime], { cwd: folder });
  const { networks, worst, version } = JSON.parse(output);
  check(networks >= FEWEST_NETWORKS, `only ${networks} networks were run`);
  return `${networks} networks in onnxruntime-node ${version}, largest difference ${worst.toExponential(1)}`;
}
