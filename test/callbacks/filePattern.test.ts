import { describe, expect, it } from 'vitest';
import { checkPattern, parsePattern } from '#steepest/networks/callbacks/filePattern.js';
import { refused } from '../support/folder.js';

const fill = (pattern: string, values: Record<string, number> = {}): string =>
  parsePattern('path', pattern).fill(values);

describe('patterns of file names', () => {
  it.each([
    ['best.safetensors', {}, 'best.safetensors'],
    ['runs/{epoch}-{valLoss}.safetensors', { epoch: 3, valLoss: 0.25 }, 'runs/3-0.2500.safetensors'],
    ['{epoch:03d}', { epoch: 7 }, '007'],
    ['{epoch:03}', { epoch: 7 }, '007'],
    ['{epoch:2d}', { epoch: 123 }, '123'],
    ['{epoch:d}', { epoch: 5 }, '5'],
    ['{loss:.2f}', { loss: 1.005 }, '1.00'],
    ['{loss:.0f}', { loss: 12.7 }, '13'],
    ['{loss:.3}', { loss: -0.5 }, '-0.500'],
    ['{loss}', { loss: 1e-5 }, '1.000e-5'],
    ['{loss}', { loss: 123456789.5 }, '1.235e+8'],
    ['{loss}', { loss: 0 }, '0'],
    ['{loss}', { loss: Number.NaN }, 'NaN'],
    ['{{x}}-{epoch}', { epoch: 1 }, '{x}-1'],
    ['{ epoch }', { epoch: 1 }, '1'],
    ['$&-{epoch}-$1', { epoch: 1 }, '$&-1-$1'],
  ])('%s', (pattern, values, expected) => {
    expect(fill(pattern, values)).toBe(expected);
  });

  it('give names that Windows takes, for every number', () => {
    const numbers = [0, -0, 1, -1, 0.1, -1e-9, 1e300, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, -1 / 0];
    for (const value of numbers) {
      for (const pattern of ['{v}', '{v:.3f}', '{v:05d}']) {
        expect(fill(pattern, { v: value }), pattern).toMatch(/^[A-Za-z0-9.+-]+$/);
      }
    }
  });

  it.each(['{epoch', 'epoch}', 'a{b{c}}d', '{', '}{'])('%s is refused', (pattern) => {
    expect(() => parsePattern('path', pattern)).toThrow(
      refused('ERR_ARGUMENT', 'path', pattern, 'Close each brace'),
    );
  });

  it.each(['{loss:.2e}', '{epoch:x}', '{epoch:}x{loss:%}', '{loss:.123f}'])('%s is refused', (pattern) => {
    expect(() => parsePattern('path', pattern)).toThrow(
      refused('ERR_ARGUMENT', 'formats such as', 'Write {'),
    );
  });

  it.each([
    ['runs/', "Write 'runs/{epoch}.safetensors'."],
    ['runs\\', "Write 'runs/{epoch}.safetensors'."],
  ])('%s is refused: it names no file', (pattern, hint) => {
    expect(() => parsePattern('path', pattern)).toThrow(refused('ERR_ARGUMENT', 'the name of a file', hint));
  });

  const KNOWN = ['epoch', 'step', 'loss', 'valLoss', 'valAccuracy', 'learningRate'];
  it.each([
    ['{val_loss}', 'valLoss'],
    ['{ValAccuracy}', 'valAccuracy'],
    ['{epcoh}', 'epoch'],
    ['{lr}', 'learningRate'],
    ['{batch:03d}', 'step'],
  ])('%s: did you mean {%s}?', (pattern, meant) => {
    expect(() => checkPattern('path', parsePattern('path', pattern), KNOWN)).toThrow(
      refused('ERR_UNKNOWN_NAME', 'placeholders {epoch}, {step}', `Did you mean '${meant}'?`),
    );
  });

  it('lists what there is if nothing is near', () => {
    expect(() => checkPattern('path', parsePattern('path', '{f1}-{}'), KNOWN)).toThrow(
      refused('ERR_UNKNOWN_NAME', '{learningRate}', '{f1}', 'Use one of the listed names'),
    );
  });
});
