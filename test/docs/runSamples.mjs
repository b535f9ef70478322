// Runs compiled samples one after the other: node runSamples.mjs FOLDER … Each is FOLDER/program.js
// and runs in a new folder there. Prints what each printed with console.log, and its error, as JSON.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const outcomes = [];
for (const folder of process.argv.slice(2)) {
  const outcome = { printed: '' };
  console.log = (...values) => {
    outcome.printed += `${format(...values)}\n`;
  };
  process.chdir(mkdtempSync(join(folder, 'run-')));
  try {
    await import(pathToFileURL(join(folder, 'program.js')).href);
  } catch (error) {
    outcome.error = String(error?.stack ?? error);
  }
  outcomes.push(outcome);
}
process.stdout.write(JSON.stringify(outcomes));
