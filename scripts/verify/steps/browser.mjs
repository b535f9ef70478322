// The example `browser`: a CNN that the installed package trains and exports, which onnxruntime-web
// runs in Chromium. Every sample is read as `predict` says.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../lib/check.mjs';
import { chromium, withPage } from '../lib/chromium.mjs';
import { installedFolder } from '../lib/installed.mjs';
import { root } from '../lib/places.mjs';
import { lockedPackages } from '../lib/tools.mjs';

/** Of probabilities: two programs round their sums in different orders. */
const TOLERANCE = 1e-5;
const SERVED = /Open (http:\S+) /;

/** Waits for the line that says where the page is. */
async function address(server) {
  let text = '';
  for await (const chunk of server.stdout.setEncoding('utf8')) {
    text += chunk;
    const [, url] = SERVED.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the example ended early: ${text}`);
}

/** Picks each sample and reads the bars; then draws a stroke. */
async function tryPage(page, samples) {
  await page.until('document.body.dataset.ready || !document.getElementById("error").hidden');
  const error = await page.evaluate('document.getElementById("error").textContent');
  check(error === '', error);
  const bars = 'Array.from(document.querySelectorAll("#bars li"), (row) => Number(row.dataset.probability))';
  let worst = 0;
  for (const [i, { digit, probabilities }] of samples.entries()) {
    await page.evaluate('document.getElementById("clear").click()');
    await page.until('document.querySelectorAll("#bars li[data-probability]").length === 0');
    await page.evaluate(`document.querySelectorAll('#samples button')[${i}].click()`);
    await page.until('document.querySelectorAll("#bars li[data-probability]").length === 10');
    const given = await page.evaluate(bars);
    worst = Math.max(worst, ...given.map((p, k) => Math.abs(p - probabilities[k])));
    check(worst <= TOLERANCE, `digit ${digit}: ${given} in the browser, ${probabilities} here`);
    const best = probabilities.indexOf(Math.max(...probabilities));
    const said = await page.evaluate('document.querySelector("#answer strong").textContent');
    check(said === String(best), `the page says ${said}, predict ${best}`);
  }
  const box = await page
    .evaluate(
      'document.getElementById("canvas").scrollIntoView(); JSON.stringify(document.getElementById("canvas").getBoundingClientRect())',
    )
    .then(JSON.parse);
  await page.evaluate('document.getElementById("clear").click()');
  const at = (x, y, type, buttons) =>
    page.send('Input.dispatchMouseEvent', {
      type,
      x: box.x + x,
      y: box.y + y,
      button: 'left',
      buttons,
      clickCount: 1,
    });
  await at(140, 40, 'mousePressed', 1);
  for (let y = 60; y <= 240; y += 20) await at(140, y, 'mouseMoved', 1);
  await at(140, 240, 'mouseReleased', 0);
  await page.until('document.querySelectorAll("#bars li[data-probability]").length === 10');
  const sum = (await page.evaluate(bars)).reduce((a, b) => a + b, 0);
  check(Math.abs(sum - 1) <= TOLERANCE, `probabilities of a drawing that sum to ${sum}`);
  return worst;
}

export async function verifyBrowser() {
  chromium();
  const runtime = lockedPackages('browser', join(root, 'examples'));
  const folder = installedFolder();
  const examples = join(folder, 'examples');
  cpSync(join(folder, 'node_modules/steepest/examples'), examples, { recursive: true });
  // In the folder of the runtime, where the example looks for it.
  const args = [join(examples, 'browser.mjs'), '--port', '0', '--epochs', '4', '--workers', '2'];
  const server = spawn(process.execPath, args, { cwd: runtime, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await address(server);
    const { samples } = await (await fetch(`${url}samples.json`)).json();
    check(samples.length === 10, `${samples.length} samples`);
    const worst = await withPage(url, (page) => tryPage(page, samples));
    return `10 digits and a drawing in onnxruntime-web, largest difference ${worst.toExponential(1)}`;
  } finally {
    if (server.exitCode === null && server.kill()) await once(server, 'exit');
  }
}
