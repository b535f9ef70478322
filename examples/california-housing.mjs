// House prices from a table with text and gaps: Ridge, grid search, network.
//   npx steepest example california-housing [--data DIR]     DIR/housing.csv; else of this folder
// The table is California's 1990 census: 20,640 districts, a column of text, 207 missing values. It
// does not come with the package: take datasets/housing/housing.csv of
// https://github.com/ageron/handson-ml2.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  columnTransformer,
  data,
  gridSearch,
  KFold,
  MLPRegressor,
  OneHotEncoder,
  pipeline,
  Ridge,
  SimpleImputer,
  StandardScaler,
} from 'steepest';
import { readOptions } from './lib/options.mjs';

const { options } = readOptions(import.meta.url, { data: 'folder' });
const path = join(options.data ?? '', 'housing.csv');
if (!existsSync(path)) {
  console.error(`There is no ${path}. Pass its folder as --data DIR; --help says where the file comes from.`);
  process.exit(1);
}

const table = await data.csv(path, { types: { ocean_proximity: 'text' } }).table();
console.log(`${table.head(3)}\n`);

const x = table.drop('median_house_value');
const y = table.numbers('median_house_value');
// Neighbours stand next to each other in the file; every fifth row is tested on.
const rows = Array.from(y, (_, i) => i);
const train = rows.filter((i) => i % 5 !== 0);
const test = rows.filter((i) => i % 5 === 0);
const part = (list) => [x.take(list), Float64Array.from(list, (i) => y[i])];
const [xTrain, yTrain] = part(train);
const [xTest, yTest] = part(test);

const prepare = columnTransformer([
  [
    'numbers',
    pipeline(new SimpleImputer({ strategy: 'median' }), new StandardScaler()),
    x.namesOf('numeric'),
  ],
  ['ocean', new OneHotEncoder({ handleUnknown: 'ignore' }), 'ocean_proximity'],
]);

const ridge = pipeline(['prepare', prepare], ['ridge', new Ridge()]);
await ridge.fit(xTrain, yTrain);
console.log(`Ridge                R² ${(await ridge.score(xTest, yTest)).toFixed(4)} on held-out rows`);

const search = gridSearch(
  ridge,
  { ridge__alpha: [0.1, 1, 10, 100] },
  { cv: new KFold({ shuffle: true, seed: 1 }), scoring: 'negRootMeanSquaredError' },
);
await search.fit(xTrain, yTrain);
console.log(`\n${search.results}\n`);

// A network wants targets near 1.
const UNIT = 100_000;
const scaled = (values) => values.map((value) => value / UNIT);
const network = pipeline(
  ['prepare', prepare],
  ['network', new MLPRegressor({ hiddenLayerSizes: [64, 32], learningRateInit: 3e-3, tol: 1e-3, seed: 1 })],
);
await network.fit(xTrain, scaled(yTrain));
console.log(
  `MLPRegressor         R² ${(await network.score(xTest, scaled(yTest))).toFixed(4)} on held-out rows`,
);
