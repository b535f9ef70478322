// Headless Chromium, driven by playwright-core, which pages/package-lock.json pins. It brings no
// browser of its own: the one of the machine is used.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { program, run } from './check.mjs';
import { lockedPackages } from './tools.mjs';

// GPU and /dev/shm are often absent in containers.
const FLAGS = ['--disable-gpu', '--disable-dev-shm-usage'];

/** Loads a package that pages/package-lock.json pins. */
export const pinned = (name) => createRequire(join(lockedPackages('pages'), 'package.json'))(name);

/** The browser's path. @throws Absent */
export const chromium = () => run('which', [program('chromium', 'chromium-browser', 'google-chrome')]).trim();

/**
 * Starts the browser, and closes it when `use` has ended.
 * @template T
 * @param {(browser: any) => Promise<T>} use takes playwright-core's Browser
 * @returns {Promise<T>}
 * @throws Absent
 */
export async function withBrowser(use) {
  const executablePath = chromium();
  const browser = await pinned('playwright-core').chromium.launch({ executablePath, args: FLAGS });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}
