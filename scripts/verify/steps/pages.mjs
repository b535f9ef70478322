// The pages that the project makes, as a reader sees them in Chromium (lib/pages.mjs). Each is made
// from the installed package.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, withBrowser } from '../lib/browser.mjs';
import { checkPage } from '../lib/pages.mjs';
import { work } from '../lib/places.mjs';
import { benchPage } from '../pages/bench.mjs';
import { checkFaultyPages } from '../pages/faulty.mjs';
import { reportPages } from '../pages/reports.mjs';
import { sitePages } from '../pages/site.mjs';

/**
 * Each makes pages in a folder.
 * @type {((folder: string) => Promise<readonly { url: string, name: string, close?: () => unknown }[]>)[]}
 */
const MAKERS = [reportPages, benchPage, sitePages];

export async function verifyPages() {
  chromium();
  const folder = join(work, 'pages', 'made');
  mkdirSync(folder, { recursive: true });
  const names = await withBrowser(async (browser) => {
    await checkFaultyPages(browser, folder);
    const checked = [];
    for (const make of MAKERS) {
      for (const { url, close, ...options } of await make(folder)) {
        try {
          await checkPage(browser, url, options);
        } finally {
          await close?.();
        }
        checked.push(options.name);
      }
    }
    return checked;
  });
  return `${names.length} pages in both themes, at 390 and 1280 px, in print and without JavaScript: ${names.join(', ')}`;
}
