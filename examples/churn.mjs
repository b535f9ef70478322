// Which customers will leave? From a CSV file with gaps to a saved model.
//   npx steepest example churn [--csv customers.csv] [--rows 5000] [--out churn.safetensors]
//                              [--workers 2]
// Without --csv it makes `rows` customers. A file of your own needs the columns tenure, charge,
// contract, internet, payment and churned ('yes' or 'no'); gaps are empty fields.
// `serve` answers requests with the model that --out names.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data, gridSearch, load, metrics, Pipeline, shutdown, trainTestSplit } from 'steepest';
import { churnModel, NUMBERS, TEXT } from './lib/churn-model.mjs';
import { writeCustomers } from './lib/customers.mjs';
import { readOptions } from './lib/options.mjs';
import { table } from './lib/table.mjs';

const { options } = readOptions(import.meta.url, {
  csv: 'text',
  rows: 'count',
  out: 'text',
  workers: 'workers',
});
const { rows = 5000, workers = 'auto' } = options;

const folder = await mkdtemp(join(tmpdir(), 'steepest-churn-'));
try {
  const csv = options.csv ?? join(folder, 'customers.csv');
  if (options.csv === undefined) await writeCustomers(csv, rows, 7);
  const customers = await data.csv(csv).table();
  console.log(`${customers.head(4)}\n`);

  const y = customers.text('churned');
  const split = { testSize: 0.25, stratify: y, seed: 1 };
  const [train, test, yTrain, yTest] = trainTestSplit(customers.drop('churned'), y, split);

  const search = gridSearch(
    churnModel({ workers }),
    { model__C: [0.01, 0.1, 1, 10] },
    { cv: 5, scoring: 'rocAuc' },
  );
  await search.fit(train, yTrain);
  const best = search.bestEstimator;
  console.log(`best of four penalties, five folds each: C = ${search.bestParams.model__C}`);

  const proba = await best.predictProba(test);
  const auc = metrics.rocAucScore(yTest, proba.column('yes'));
  console.log(`area under the ROC curve of ${test.rows} customers held out: ${auc.toFixed(3)}\n`);
  console.log(`${metrics.classificationReport(yTest, await best.predict(test))}\n`);

  const names = best.namedSteps.columns.getFeatureNamesOut();
  const weights = names.map((name, j) => ({ name, weight: best.last.coef.data[j] }));
  weights.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const most = weights.slice(0, 6).map(({ name, weight }) => [name, weight.toFixed(3)]);
  console.log(table(['column', 'coefficient'], most));

  const path = options.out ?? join(folder, 'churn.safetensors');
  await best.save(path);
  const again = await load(path, Pipeline);
  const [customer] = test.slice(0, 1).toRows();
  const [before, after] = [best, again].map((model) => model.predictProbaSync(customer).column('yes')[0]);
  console.log(
    `\n${[...NUMBERS, ...TEXT].map((name) => `${name} ${customer[name] ?? 'unknown'}`).join(', ')}`,
  );
  console.log(`leaves with a probability of ${after.toFixed(3)}; as before saving: ${before === after}`);
  if (options.out !== undefined) console.log(`saved to ${path}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
await shutdown();
