// Shows that the package which would be published works: as packed, on every platform that this
// machine can run or emulate.
//   npm run verify [-- step …]              takes the steps that this machine can take
//   npm run verify -- --require [step …]    a step that it cannot take fails
import { parseArgs } from 'node:util';
import { Absent } from './lib/check.mjs';
import { verifyArm64 } from './steps/arm64.mjs';
import { verifyBinaries } from './steps/binaries.mjs';
import { verifyBrowser } from './steps/browser.mjs';
import { verifyCluster } from './steps/cluster.mjs';
import { verifyCommands } from './steps/commands.mjs';
import { verifyDocs } from './steps/docs.mjs';
import { verifyKernels } from './steps/kernels.mjs';
import { verifyMusl } from './steps/musl.mjs';
import { verifyNodes } from './steps/nodes.mjs';
import { verifyOnnx } from './steps/onnx.mjs';
import { verifyPackage } from './steps/package.mjs';
import { verifyPages } from './steps/pages.mjs';
import { verifyRuntimes } from './steps/runtimes.mjs';
import { verifySize } from './steps/size.mjs';
import { verifyTestRunners } from './steps/testRunners.mjs';
import { verifyTfjs } from './steps/tfjs.mjs';
import { verifyTypes } from './steps/types.mjs';
import { verifyWindows } from './steps/windows.mjs';

const STEPS = new Map([
  ['size', verifySize],
  ['binaries', verifyBinaries],
  ['types', verifyTypes],
  ['docs', verifyDocs],
  ['package', verifyPackage],
  ['commands', verifyCommands],
  ['cluster', verifyCluster],
  ['testRunners', verifyTestRunners],
  ['onnx', verifyOnnx],
  ['tfjs', verifyTfjs],
  ['browser', verifyBrowser],
  ['pages', verifyPages],
  ['nodes', verifyNodes],
  ['runtimes', verifyRuntimes],
  ['musl', verifyMusl],
  ['kernels', verifyKernels],
  ['arm64', verifyArm64],
  ['windows', verifyWindows],
]);

const { values, positionals } = parseArgs({
  options: { require: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !STEPS.has(name));
if (unknown.length > 0) {
  console.error(`No step ${unknown.join(', ')}. There are: ${[...STEPS.keys()].join(', ')}`);
  process.exit(2);
}

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const name of positionals.length > 0 ? positionals : STEPS.keys()) {
  let outcome = 'passed';
  let detail;
  try {
    detail = await STEPS.get(name)();
  } catch (error) {
    outcome = error instanceof Absent && !values.require ? 'skipped' : 'failed';
    detail = error.message;
  }
  counts[outcome]++;
  console.log(`${outcome} ${name}: ${detail}`);
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;
