// Reports on a model of each kind, which the installed package makes (programs/reports.mjs).
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from '../lib/check.mjs';
import { installedFolder } from '../lib/installed.mjs';

export async function reportPages(folder) {
  const made = join(folder, 'reports');
  run(process.execPath, ['reports.mjs', made], { cwd: installedFolder() });
  return readdirSync(made)
    .filter((name) => name.endsWith('.html'))
    .map((name) => ({ name: name.slice(0, -'.html'.length), url: pathToFileURL(join(made, name)).href }));
}
