import { expect, test } from 'vitest';
import { measureStepOverhead } from '../../bench/lib/overhead.mjs';

test('the overhead of a step is measured on the loop that the ranks run', () => {
  // It throws unless every step ran.
  expect(measureStepOverhead(1000)).toBeGreaterThan(0);
});
