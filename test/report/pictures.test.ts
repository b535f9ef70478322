import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plots } from 'steepest/report';
import { expect, it } from 'vitest';
import { pictureFile, pictures } from '../../scripts/docs/plots.mjs';
import { ROOT } from '../support/trackedFiles.js';

it('docs/charts.md shows every plot as it is drawn now: node scripts/docs/plots.mjs', () => {
  const drawn = pictures();
  expect(Object.keys(drawn).sort()).toEqual(Object.keys(plots).sort());
  const page = readFileSync(join(ROOT, 'docs/charts.md'), 'utf8');
  for (const [name, svg] of Object.entries(drawn)) {
    expect(readFileSync(pictureFile(name), 'utf8') === `${svg}\n`, `docs/plots/${name}.svg`).toBe(true);
    expect(page).toContain(`plots/${name}.svg`);
  }
});
