// Runs compiled samples one after the other: node runSamples.mjs FOLDER … Each is FOLDER/program.js
// and runs in its folder. Prints what each printed with console.log, and its error, as JSON.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const outcomes = [];
for (const folder of process.argv.slice(2)) {
  const outcome = { printed: '' };
  console.log = (...values) => {
    outcome.printed += `${format(...values)}\n`;
  };
  process.chdir(folder);
  try {
    await import(pathToFileURL(join(folder, 'program.js')));
  } catch (error) {
    outcome.error = String(error?.stack ?? error);
  }
  outcomes.push(outcome);
}
process.stdout.write(JSON.stringify(outcomes));
