// Exported models in onnxruntime-node: what it computes is what the installed package predicts.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { check, run } from '../lib/check.mjs';
import { installedFolder } from '../lib/installed.mjs';
import { root } from '../lib/places.mjs';
import { lockedPackages } from '../lib/tools.mjs';

const FEWEST_NETWORKS = 300;
const FEWEST_ESTIMATORS = 240;

export function verifyOnnx() {
  const runtime = lockedPackages('onnxruntime');
  const folder = installedFolder();
  cpSync(join(root, 'scripts/exchange'), join(folder, 'exchange'), { recursive: true });
  const runIn = (program) => JSON.parse(run(process.execPath, [program, runtime], { cwd: folder }));
  const { networks, worst, version } = runIn('onnx-networks.mjs');
  check(networks >= FEWEST_NETWORKS, `only ${networks} networks were run`);
  const estimators = runIn('onnx-estimators.mjs');
  check(estimators.models >= FEWEST_ESTIMATORS, `only ${estimators.models} estimators were run`);
  const shown = (number) => number.toExponential(1);
  return `in onnxruntime-node ${version}: ${networks} networks, largest difference ${shown(worst)}; ${estimators.models} estimators and pipelines, ${shown(estimators.worst)}`;
}
