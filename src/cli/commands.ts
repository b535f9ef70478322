import { benchSpec } from './bench/command.js';
import { type Command, defineCommand } from './commandSpec.js';
import { doctorSpec } from './doctor/command.js';
import { evaluateSpec } from './evaluate/command.js';
import { exampleSpec } from './example/command.js';
import { explainSpec } from './explain/command.js';
import { exportSpec } from './export/command.js';
import { inspectSpec } from './inspect/command.js';
import { predictSpec } from './predict/command.js';
import { serveSpec } from './serve/command.js';
import { trainSpec } from './train/command.js';

/**
 * The table of commands, in the order in which one needs them: what each takes, and what loads its
 * code. `--help`, README's section and docs/command.md come from it. After a change:
 * node scripts/docs/command.mjs
 */
export const COMMANDS: readonly Command[] = [
  defineCommand(trainSpec, async (args) => (await import('./train/run.js')).runTrain(args)),
  defineCommand(predictSpec, async (args) => (await import('./predict/run.js')).runPredict(args)),
  defineCommand(evaluateSpec, async (args) => (await import('./evaluate/run.js')).runEvaluate(args)),
  defineCommand(serveSpec, async (args) => (await import('./serve/run.js')).runServe(args)),
  defineCommand(explainSpec, async (args) => (await import('./explain/run.js')).runExplain(args)),
  defineCommand(exportSpec, async (args) => (await import('./export/run.js')).runExport(args)),
  defineCommand(inspectSpec, async (args) => (await import('./inspect/run.js')).runInspect(args)),
  defineCommand(benchSpec, async (args) => (await import('./bench/run.js')).runBench(args)),
  defineCommand(doctorSpec, async (args) => (await import('./doctor/run.js')).runDoctor(args)),
  defineCommand(exampleSpec, async (args) => (await import('./example/run.js')).runExampleCommand(args)),
];
