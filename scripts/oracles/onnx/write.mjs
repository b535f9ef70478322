// Writes the networks of scripts/exchange/networks.mjs as ONNX into a folder, with inputs and what
// this package predicts from them: for networks.py.
//   node scripts/oracles/onnx/write.mjs FOLDER [NUMBER OF RANDOM NETWORKS]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as steepest from 'steepest';
import { mostDifference } from '../../exchange/compare.mjs';
import { networkCases } from '../../exchange/networks.mjs';
import { expectedOutputs } from '../../exchange/outputs.mjs';

const ROWS = [1, 33];
const [folder, random = '200'] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name a folder.');
mkdirSync(folder, { recursive: true });

const index = [];
for (const { name, model, options, x } of networkCases(steepest, Number(random))) {
  const file = `${index.length}.onnx`;
  await model.saveOnnx(join(folder, file), options);
  const batches = [];
  for (const rows of ROWS) {
    const input = x(rows);
    const outputs = await expectedOutputs(model, options, input);
    batches.push({ input: { data: Array.from(input.data), shape: input.shape }, outputs });
  }
  const inputType = options.inputType ?? 'float32';
  index.push({ name, file, inputType, most: await mostDifference(model, x(ROWS[1])), batches });
}
writeFileSync(join(folder, 'index.json'), JSON.stringify(index));
console.log(`${index.length} networks in ${folder}`);
