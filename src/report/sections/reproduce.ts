import { version } from '../../core/packageInfo.cjs';
import { backend } from '../../kernels/backend.js';
import type { Context } from '../context.js';
import { count, counted } from '../format.js';
import { html, type Part } from '../page/html.js';
import type { Section } from '../page/page.js';
import { facts } from '../page/table.js';

/** What is needed to make the same model and the same page again. */
export function reproduceSection(context: Context): Section {
  const { command, givenSeed, seed, test, date, importance } = context;
  const { kind, isa } = backend();
  const pairs: [string, Part][] = [
    ['steepest', version],
    ['Node.js', process.version.slice(1)],
    ['Kernels', `${kind}, ${isa}`],
    ...(givenSeed === undefined ? [] : [['Seed', count(givenSeed)] as [string, Part]]),
    ...(date === undefined ? [] : [['Date', date] as [string, Part]]),
  ];
  const run =
    command !== undefined &&
    html`<h3>Command</h3><pre class="scroll" role="region" tabindex="0" aria-label="Command"><code>${command}</code></pre>`;
  const drawn =
    test.drawn === undefined
      ? ''
      : ` All figures are of ${counted(test.rows, 'row')} drawn from the ${count(test.given)} of the test.`;
  const draws =
    test.drawn === undefined && importance === undefined
      ? ''
      : ` The page itself draws rows with seed ${seed}.`;
  return {
    id: 'reproduce',
    title: 'How to reproduce it',
    body: html`${facts(pairs)}${run}<p class="note">The same data, seed and version give the same model, bit for bit, on any number of cores, and the same report the same page.${drawn}${draws}</p>`,
  };
}
