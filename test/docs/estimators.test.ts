import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runPage } from './page.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('docs/estimators.md prints what it says', async () => {
  const { program, printed, said } = await runPage('estimators.md', root);
  expect(program.length).toBeGreaterThan(1000);
  expect(printed).toBe(said);
}, 60_000);
