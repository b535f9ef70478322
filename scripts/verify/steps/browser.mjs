// The example `browser`: a CNN that the installed package trains and exports, which onnxruntime-web
// runs in Chromium. Every sample is read as `predict` says.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, withBrowser } from '../lib/browser.mjs';
import { check } from '../lib/check.mjs';
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

const BARS = '#bars li[data-probability]';

/** The probabilities that the page shows, when it shows all. */
async function shown(page) {
  await page.waitForFunction((bars) => document.querySelectorAll(bars).length === 10, BARS);
  return page.$$eval(BARS, (rows) => rows.map((row) => Number(row.dataset.probability)));
}

async function clear(page) {
  await page.click('#clear');
  await page.waitForFunction((bars) => document.querySelector(bars) === null, BARS);
}

/** A stroke from top to bottom. */
async function draw(page) {
  const { x, y } = await page.locator('#canvas').boundingBox();
  await page.mouse.move(x + 140, y + 40);
  await page.mouse.down();
  await page.mouse.move(x + 140, y + 240, { steps: 10 });
  await page.mouse.up();
}

/** Picks each sample and reads the bars; then draws a stroke. */
async function tryPage(page, samples) {
  await page.waitForSelector('body[data-ready], #error:not([hidden])');
  const error = await page.textContent('#error');
  check(error === '', error);
  let worst = 0;
  for (const [i, { digit, probabilities }] of samples.entries()) {
    await clear(page);
    await page.locator('#samples button').nth(i).click();
    const given = await shown(page);
    worst = Math.max(worst, ...given.map((p, k) => Math.abs(p - probabilities[k])));
    check(worst <= TOLERANCE, `digit ${digit}: ${given} in the browser, ${probabilities} here`);
    const best = probabilities.indexOf(Math.max(...probabilities));
    const said = await page.textContent('#answer strong');
    check(said === String(best), `the page says ${said}, predict ${best}`);
  }
  await clear(page);
  await draw(page);
  const sum = (await shown(page)).reduce((a, b) => a + b, 0);
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
    const worst = await withBrowser(async (browser) => {
      const page = await browser.newPage();
      await page.goto(url);
      return tryPage(page, samples);
    });
    return `10 digits and a drawing in onnxruntime-web, largest difference ${worst.toExponential(1)}`;
  } finally {
    if (server.exitCode === null && server.kill()) await once(server, 'exit');
  }
}
