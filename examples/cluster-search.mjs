// A grid search for handwritten digits, shared by the processes of mpirun.
//   npx steepest example cluster-search [--folds 5]
//   mpirun -n 2 npx steepest example cluster-search
// Every process runs this program, does its share of the fits and gets the result of all, which is
// the same for any number of them. Without mpirun one process does it all. docs/cluster.md says how
// to start the processes on several machines.
import { gridSearch, LogisticRegression, pipeline, StandardScaler } from 'steepest';
import { cluster } from 'steepest/cluster';
import { loadDigits } from './lib/load-digits.mjs';
import { readOptions } from './lib/options.mjs';

const { folds = 5 } = readOptions(import.meta.url, { folds: 'count' }).options;
const c = await cluster({ alone: true });
// All processes compute; the first one speaks.
const say = c.rank === 0 ? console.log : () => {};

const { train, test } = loadDigits();
const model = pipeline(new StandardScaler(), new LogisticRegression());
const grid = { logisticRegression__C: [1e-4, 1e-3, 0.01, 0.1, 1, 10] };
const fits = folds * grid.logisticRegression__C.length;
say(`${fits} fits on ${c.size} ${c.size === 1 ? 'process' : `processes (${c.library})`}\n`);

const begun = performance.now();
const search = gridSearch(model, grid, { cv: folds });
await search.fit(train.x, train.y, { cluster: c, progress: c.rank === 0 });
say(`\n${search.results}\n`);
say(`${((performance.now() - begun) / 1000).toFixed(1)} s, the last fit on all rows included`);
const { logisticRegression__C: best } = search.bestParams;
const accuracy = await search.score(test.x, test.y);
say(`C = ${best}: ${(100 * accuracy).toFixed(2)} % of ${test.y.data.length} digits held out are read right`);
await c.close();
