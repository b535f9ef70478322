// Pages with one fault each, which `checkPage` must find: a check that lets everything pass would
// not be missed otherwise.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { check } from '../lib/check.mjs';
import { checkPage } from '../lib/pages.mjs';

/** What the page has in its body, and a part of what must be said about it. */
const FAULTS = {
  console: ['<script>console.error("something broke")</script>', /console: something broke/],
  exception: ['<script>throw new Error("thrown")</script>', /not caught: thrown/],
  network: ['<img alt="" src="https://steepest.invalid/a.png">', /asks for https:\/\/steepest\.invalid/],
  contrast: ['<p style="color:#aaa;background:#fff">pale</p>', /color-contrast/],
  dark: [
    '<style>@media (prefers-color-scheme:dark){p{color:#333}}</style><p>dim</p>',
    /dark, 390 px:\s+color-contrast/,
  ],
  image: [`<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`, /image-alt/],
  wide: ['<div style="width:400px">wide</div>', /390 px:\s+the page scrolls sideways/],
  small: [
    '<svg role="img" aria-label="s" width="99" height="30"><text y="20" font-size="8">s</text></svg>',
    /smaller than/,
  ],
  unreached: ['<button tabindex="-1">never</button>', /does not reach <button> “never”/],
  unseen: ['<button style="outline:none">where</button>', /does not see the focus on <button> “where”/],
  scripted: ['<div id="d"></div><script>d.innerHTML="<h2>Late</h2>"</script>', /headings without JavaScript/],
};

const page = (
  body,
) => `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A page</title><link rel="icon" href="data:,"><style>:root{color-scheme:light dark}body{background:Canvas;color:CanvasText}</style>
<main><h1>A page</h1>${body}</main></html>`;

/** @throws Error if a fault is not found, or if a page without one is refused */
export async function checkFaultyPages(browser, folder) {
  const make = (name, body) => {
    const path = join(folder, `faulty-${name}.html`);
    writeFileSync(path, page(body));
    return pathToFileURL(path).href;
  };
  await checkPage(browser, make('not', '<button>fine</button>'), { name: 'faulty-not' });
  for (const [name, [body, expected]] of Object.entries(FAULTS)) {
    const said = await checkPage(browser, make(name, body), { name: `faulty-${name}` }).then(
      () => 'nothing',
      (error) => error.message,
    );
    check(expected.test(said), `a page with the fault '${name}': expected ${expected}, found ${said}`);
  }
}
