// The docs site as `npm run docs` builds it, once for all steps.
import { join } from 'node:path';
import { program, run } from './check.mjs';
import { root } from './places.mjs';

let built;

/**
 * @returns {{ dist: string, summary: string }} where the site is, and what the build said of it
 * @throws Absent without npm; Error with what is wrong: comments, links, requests to other sites
 */
export function builtSite() {
  if (built !== undefined) return built;
  program('npm');
  const printed = run(process.execPath, [join(root, 'docs/site/build.mjs')], { cwd: root });
  built = { dist: join(root, 'docs/site/dist'), summary: printed.trimEnd().split('\n').pop() };
  return built;
}
