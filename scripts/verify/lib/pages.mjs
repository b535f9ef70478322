// What every page of the project must stand: both themes, a phone and a desktop, paper, a keyboard,
// no JavaScript and no network. `checkPage` looks at one page and reports everything that it found.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pinned } from './browser.mjs';
import { check, checkEqual } from './check.mjs';
import {
  focusProblems,
  headings,
  markInteractive,
  noteFocus,
  tooSmall,
  tooWide,
  unfold,
  violations,
} from './inPage.mjs';
import { work } from './places.mjs';

const THEMES = ['light', 'dark'];
const WIDTHS = [390, 1280];
const HEIGHT = 844;
/** A4 at 96 pixels per inch. */
const PAPER_WIDTH = 794;
/** WCAG 2.2 up to AA, which includes the contrast, and what axe's authors advise besides. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SMALLEST_TEXT_PX = 11;
/** A page on which Tab never comes to its end traps the keyboard. */
const MOST_TABS = 2_000;

/** Where the pictures of the pages are. */
export const pictures = join(work, 'pages', 'pictures');

/**
 * @typedef {object} PageOptions
 * @property {string} name for pictures and messages
 * @property {boolean} [alone] the page is one file that asks the network for nothing; true unless
 *   given. A site may ask its own server
 * @property {boolean} [plain] it shows the same without JavaScript; true unless given
 * @property {boolean} [keyboard] the keyboard is tried; true unless given. For a second page that
 *   has the same controls
 */

/** Keeps what the browser complains about, and every request that the page may not make. */
function watch(page, url, alone, problems) {
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`not caught: ${error.message}`));
  page.on('requestfailed', (request) => problems.push(`failed: ${request.url().slice(0, 200)}`));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  page.on('request', (request) => {
    const asked = request.url();
    if (asked.startsWith('data:') || asked === url.split('#')[0]) return;
    if (alone || new URL(asked).origin !== new URL(url).origin) problems.push(`asks for ${asked}`);
  });
}

async function keyboardProblems(page) {
  const count = await page.evaluate(markInteractive);
  let tabs = 0;
  do await page.keyboard.press('Tab');
  while ((await page.evaluate(noteFocus)) && ++tabs < MOST_TABS);
  check(tabs < MOST_TABS, `the focus of ${count} elements goes round for ever`);
  return page.evaluate(focusProblems);
}

async function look(page, { keyboard }) {
  await page.evaluate(unfold);
  await page.evaluate(pinned('axe-core').source);
  return [
    ...(await page.evaluate(tooWide)),
    ...(await page.evaluate(tooSmall, SMALLEST_TEXT_PX)),
    ...(await page.evaluate(violations, RULES)),
    ...(keyboard ? await keyboardProblems(page) : []),
  ];
}

/** One look at the page under some settings; throws everything that it found at once. */
async function oneLook(browser, url, { what, name, alone, settings, media }, use) {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...settings });
  const problems = [];
  try {
    const page = await context.newPage();
    watch(page, url, alone, problems);
    await page.goto(url, { waitUntil: 'load' });
    if (media) await page.emulateMedia({ media });
    problems.push(...(await use(page)));
  } finally {
    await context.close();
  }
  check(problems.length === 0, `${name}, ${what}:\n  ${[...new Set(problems)].join('\n  ')}`);
}

/**
 * Looks at a page in both themes at the widths of a phone and of a desktop, on paper, and without
 * JavaScript. Pictures go to build/verify/pages/pictures.
 * @param {any} browser as `withBrowser` gives it
 * @param {string} url
 * @param {PageOptions} options
 * @throws Error that names everything found in the first look that found something
 */
export async function checkPage(browser, url, options) {
  const { name, alone = true, plain = true, keyboard = true } = options;
  mkdirSync(pictures, { recursive: true });
  let shown;
  for (const width of WIDTHS) {
    for (const colorScheme of THEMES) {
      const settings = { viewport: { width, height: HEIGHT }, colorScheme };
      const what = `${colorScheme}, ${width} px`;
      await oneLook(browser, url, { what, name, alone, settings }, async (page) => {
        const path = join(pictures, `${name}-${colorScheme}-${width}.png`);
        await page.screenshot({ path, fullPage: true });
        if (width === WIDTHS.at(-1)) shown = await page.evaluate(headings);
        return look(page, { keyboard });
      });
    }
  }
  const paper = { viewport: { width: PAPER_WIDTH, height: HEIGHT }, colorScheme: 'dark' };
  await oneLook(browser, url, { what: 'print', name, alone, settings: paper, media: 'print' }, (page) =>
    look(page, { keyboard: false }),
  );
  if (!plain) return;
  const bare = { viewport: { width: WIDTHS.at(-1), height: HEIGHT }, javaScriptEnabled: false };
  await oneLook(browser, url, { what: 'no JavaScript', name, alone, settings: bare }, async (page) => {
    checkEqual(await page.evaluate(headings), shown, `${name}, headings without JavaScript`);
    return page.evaluate(tooWide);
  });
}
