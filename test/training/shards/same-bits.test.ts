/**
 * A fit by virtual shards has the same bits for any number of workers, on all kernels that promise
 * the same bits, and for any number of processes.
 */
import { describe, expect, it } from 'vitest';
import { availableIsas } from '#steepest/kernels/backend.js';
import { native } from '../../support/kernelChoices.js';
import { trainJob } from './job.js';
import { TRAININGS } from './trainings.js';

const SHARDS = 8;
const kernels = native.options;

describe.each(Object.keys(TRAININGS))('%s', (name) => {
  const training = TRAININGS[name]!;
  const alone = { processes: 1, shards: SHARDS, workers: 1, kernels };
  const [expected] = trainJob(training, alone);

  it('has the same bits for any number of workers', () => {
    for (const workers of [2, 3]) {
      expect(trainJob(training, { ...alone, workers })[0], `${workers} workers`).toEqual(expected);
    }
  });

  it('has the same bits for any number of processes', () => {
    for (const processes of [2, 3, 5, 8]) {
      for (const workers of [1, 2]) {
        const all = trainJob(training, { ...alone, processes, workers });
        all.forEach((one, process) => {
          expect(one, `process ${process} of ${processes}, ${workers} workers`).toEqual(expected);
        });
      }
    }
  });

  it('has the same bits on exact TypeScript kernels', () => {
    expect(availableIsas().length).toBeGreaterThan(0);
    const exact = { backend: 'typescript', numerics: 'exact' } as const;
    const short = { ...training, steps: 2 };
    const [one] = trainJob(short, alone);
    expect(trainJob(short, { ...alone, workers: 2, kernels: exact })[0]).toEqual(one);
  });
});
