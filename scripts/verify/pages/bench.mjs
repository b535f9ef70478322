// The bench page, drawn anew from bench/results.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readProcessors } from '../../../bench/lib/results.mjs';
import { page } from '../../../bench/report/page.mjs';
import { SUITES } from '../../../bench/suites/index.mjs';

export async function benchPage(folder) {
  const path = join(folder, 'bench.html');
  writeFileSync(path, page(readProcessors(SUITES.map(({ name }) => name))));
  return [{ name: 'bench', url: pathToFileURL(path).href }];
}
