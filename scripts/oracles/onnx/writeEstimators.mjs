// Writes the estimators of scripts/exchange/estimators.mjs as ONNX into a folder, with rows and
// what this package makes of them: for estimators.py.
//   node scripts/oracles/onnx/writeEstimators.mjs FOLDER [NUMBER OF TABLES] [SEED]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as steepest from 'steepest';
import { expectedOutputs, onnxInputs } from '../../exchange/estimatorOutputs.mjs';
import { estimatorCases } from '../../exchange/estimators.mjs';

const ROWS = [1, 33];
const [folder, tables = '40', seed = '18'] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name a folder.');
mkdirSync(folder, { recursive: true });
process.on('warning', () => {});

const index = [];
for (const one of estimatorCases(steepest, Number(tables), Number(seed))) {
  const { kind, name, isFloat32, options, rows, refused } = one;
  const estimator = await one.fitted();
  const batches = [];
  for (const count of ROWS) {
    const x = rows(count);
    batches.push({ inputs: onnxInputs(x, options), outputs: await expectedOutputs(estimator, x) });
  }
  const file = `${index.length}.onnx`;
  await estimator.saveOnnx(join(folder, file), options);
  const unknown = refused === undefined ? [] : ROWS.map((count) => onnxInputs(refused(count)));
  index.push({ kind, name, file, isFloat32, batches, refused: unknown });
}
writeFileSync(join(folder, 'index.json'), JSON.stringify(index));
console.log(`${index.length} estimators in ${folder}`);
await steepest.shutdown();
