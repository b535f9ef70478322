import { readFile } from 'node:fs/promises';
import { estimatorTypes, fromSklearn, loadEstimator, type Matrix } from 'steepest';
import { describe, expect, it } from 'vitest';
import { DataTable } from '#steepest/data/dataTable.js';
import { sklearnClasses } from '#steepest/estimators/sklearn/convert.js';
import { expectClose, type Numbers, readFixture } from '../support/fixtures.js';
import { temporaryFolder } from '../support/folder.js';

type Cell = number | string | null;

interface Case {
  name: string;
  /** Rows, or the columns of a table. */
  x: Cell[][] | Record<string, Cell[]>;
  dump: { sklearn: string; estimator: object };
  /** −12345 stands for NaN. */
  transform?: number[][];
  names?: string[];
  predict?: Numbers | string[];
  proba?: number[][];
}

const fixture = readFixture<{ labels: Case['dump']; cases: Case[] }>('sklearn_json');
const folder = temporaryFolder();

/** Perceptrons are float32 here. */
const tolerance = (name: string) =>
  name.startsWith('MLP') ? { relative: 2e-5, ofLargest: 2e-6 } : { relative: 1e-9, ofLargest: 1e-9 };

const samples = ({ x }: Case): never =>
  (Array.isArray(x) ? x.map((row) => row.map((cell) => cell ?? Number.NaN)) : new DataTable(x)) as never;

const numbers = (result: unknown): number[] => {
  const { data } = result as Matrix;
  return Array.from(data ?? (result as ArrayLike<number>), (v) => (Number.isNaN(v) ? -12345 : v));
};

describe('estimators of scikit-learn', () => {
  it.each(fixture.cases)('$name computes the same', async (one) => {
    const estimator = await fromSklearn(one.dump);
    const { transform, names, predict, proba } = one;
    const close = (result: unknown, wanted: Numbers): void =>
      expectClose(numbers(result), wanted, tolerance(one.name));
    if (transform !== undefined) close(await estimator.transform(samples(one)), transform);
    if (names !== undefined) {
      const { getFeatureNamesOut } = estimator as unknown as { getFeatureNamesOut(): string[] };
      expect(getFeatureNamesOut.call(estimator)).toEqual(names);
    }
    if (proba !== undefined) close(await estimator.predictProba(samples(one)), proba);
    if (predict !== undefined) {
      const predicted = await estimator.predict(samples(one));
      if (
        proba !== undefined ||
        typeof (predict as string[])[0] === 'string' ||
        one.name.includes('Classifier')
      ) {
        expect(Array.from(predicted as string[])).toEqual(predict);
      } else close(predicted, predict as Numbers);
    }
  });

  it.each(fixture.cases)('$name is saved and loaded as any other', async (one) => {
    const estimator = await fromSklearn(one.dump);
    const again = await loadEstimator(estimator.toBytes());
    expect(again.toBytes()).toEqual(estimator.toBytes());
    expect(again.getParams()).toEqual(estimator.getParams());
    estimator.clone();
  });

  it('are read from a file, a URL and bytes', async () => {
    const { dump } = fixture.cases.find(({ name }) => name === 'Ridge')!;
    const path = await folder.write(JSON.stringify(dump), 'ridge.json');
    const wanted = (await fromSklearn(dump)).toBytes();
    expect((await fromSklearn(path)).toBytes()).toEqual(wanted);
    expect((await fromSklearn(new URL(`file://${path}`))).toBytes()).toEqual(wanted);
    expect((await fromSklearn(await readFile(path))).toBytes()).toEqual(wanted);
  });

  it('keep their hyperparameters', async () => {
    const params = async (name: string) =>
      (await fromSklearn(fixture.cases.find((one) => one.name === name)!.dump)).getParams();
    expect(await params('Ridge')).toMatchObject({ alpha: 2.5, fitIntercept: true });
    expect(await params('no intercept')).toMatchObject({ fitIntercept: false });
    expect(await params('LogisticRegression, L1')).toMatchObject({ penalty: 'l1', C: 1 });
    expect(await params('MinMaxScaler')).toMatchObject({ featureRange: [-1, 2], clip: true });
    expect(await params('OrdinalEncoder, unknown')).toMatchObject({
      unknownValue: -5,
      encodedMissingValue: -1,
    });
  });

  it('label encoders have the classes', async () => {
    const encoder = (await fromSklearn(fixture.labels)) as unknown as { classes: string[] };
    expect(encoder.classes).toEqual(['a', 'b', 'c']);
  });

  it('cover every class that is read', () => {
    const text = JSON.stringify(fixture);
    const never = ['RandomizedSearchCV', 'HalvingGridSearchCV'];
    const absent = sklearnClasses().filter((name) => !text.includes(`"class":"${name}"`));
    expect(absent).toEqual(never);
    const known = estimatorTypes();
    expect(sklearnClasses().filter((name) => !known.includes(name) && !name.endsWith('SearchCV'))).toEqual(
      [],
    );
  });
});
