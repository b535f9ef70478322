import { describe, expect, it } from 'vitest';
import { checkKeys, checkObject } from '../../dist/esm/core/check.js';
import { unknownName } from '../../dist/esm/core/errors.js';
import { nearestName } from '../../dist/esm/core/nearest.js';

const KNOWN = ['learningRate', 'batchSize', 'epochs', 'meanSquaredError', 'seed'];
const ALIASES = { lr: 'learningRate', random_state: 'seed', mse: 'meanSquaredError', gone: 'notHere' };

describe('nearestName', () => {
  it.each<[string, string | undefined]>([
    ['learning_rate', 'learningRate'],
    ['LEARNING-RATE', 'learningRate'],
    ['batchsize', 'batchSize'],
    ['bachtSize', 'batchSize'],
    ['epoch', 'epochs'],
    ['mean squared error', 'meanSquaredError'],
    ['lr', 'learningRate'],
    ['randomState', 'seed'],
    ['MSE', 'meanSquaredError'],
    // An alias of a name that is not among the known ones helps nobody.
    ['gone', undefined],
    ['momentum', undefined],
    ['', undefined],
    ['__', undefined],
    ['x'.repeat(1e6), undefined],
  ])('%s means %s', (given, meant) => {
    expect(nearestName(given, KNOWN, ALIASES)).toBe(meant);
  });
});

describe('messages about names', () => {
  it('suggest a name', () => {
    expect(() => unknownName('loss', 'mse', KNOWN, ALIASES)).toThrow(/Did you mean 'meanSquaredError'\?/);
    expect(() => unknownName('loss', 7n, KNOWN)).toThrow(/given 7n\. Use one of the listed names/);
    expect(() => checkKeys('options', { batch_size: 3 }, KNOWN)).toThrow(/Did you mean 'batchSize'\?/);
    expect(() => checkKeys('options', { other: 3 }, KNOWN)).toThrow(/Check the spelling, or remove it/);
  });
});

describe('checkObject', () => {
  it.each([
    undefined,
    null,
    0,
    'text',
    true,
    3n,
    [],
    new Float32Array(1),
    new ArrayBuffer(1),
    new Date(),
    /x/,
    new Map(),
    new Set(),
    () => 0,
  ])('%# refuses what has no fields to read', (value) => {
    expect(() => checkObject('options', value)).toThrow(/options to be an object/);
    expect(() => checkKeys('options', value as object, [])).toThrow(/options to be an object/);
  });

  it('asks for await before a promise', () => {
    expect(() => checkObject('options', Promise.resolve({}))).toThrow(/Put await before it/);
  });

  it('takes objects of any class', () => {
    class Options {
      seed = 1;
    }
    expect(checkObject('options', new Options())).toEqual({ seed: 1 });
    expect(checkObject('options', Object.create(null))).toEqual({});
  });
});
