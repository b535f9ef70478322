// What a built site must not have: links to pages or headings that are not there, and files of
// other sites that a browser would ask for.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const decode = (text) => decodeURIComponent(text.replaceAll('&amp;', '&').replaceAll('&#39;', "'"));

/** Attributes by which a page loads files; `href` of a link of the head, too. */
const LOADS = /<(?:script|img|iframe|source|video|audio)\b[^>]*\ssrc="([^"]+)"|<link\b[^>]*\shref="([^"]+)"/g;

/**
 * @param {string} dist @param {string} base
 * @returns {{ pages: number, links: number }} what was looked at
 * @throws Error that lists what is wrong
 */
export function checkSite(dist, base) {
  const files = new Set(
    readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/')),
  );
  const pages = [...files].filter((file) => file.endsWith('.html'));
  const text = new Map(pages.map((page) => [page, readFileSync(join(dist, page), 'utf8')]));
  const ids = new Map(
    [...text].map(([page, html]) => [
      page,
      new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => decode(id))),
    ]),
  );
  const wrong = [];
  let links = 0;
  for (const [page, html] of text) {
    for (const [, src, href] of html.matchAll(LOADS)) {
      if (/^(https?:)?\/\//.test(src ?? href)) wrong.push(`${page} loads ${src ?? href}`);
    }
    for (const [, href] of html.matchAll(/<a\b[^>]*\shref="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(href)) continue;
      links++;
      const [path, anchor] = decode(href).split('#');
      const inside = path.startsWith(base) ? path.slice(base.length) : posix.join(posix.dirname(page), path);
      const target =
        path === '' ? page : inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside;
      if (!files.has(target)) wrong.push(`${page} links to ${href}`);
      else if (anchor && !ids.get(target)?.has(anchor))
        wrong.push(`${page} links to ${href}: no such heading`);
    }
  }
  for (const style of [...files].filter((file) => file.endsWith('.css'))) {
    const loaded =
      readFileSync(join(dist, style), 'utf8').match(/url\(["']?https?:[^)]*\)|@import[^;]+/g) ?? [];
    wrong.push(...loaded.map((what) => `${style} loads ${what}`));
  }
  if (wrong.length > 0) throw new Error(`the site is wrong:\n${[...new Set(wrong)].join('\n')}`);
  return { pages: pages.length, links };
}
