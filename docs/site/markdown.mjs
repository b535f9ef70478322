// What the site changes in pages that are written for GitHub: where links lead, and formulas.
import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import temml from 'temml';

/** Anchors of headings as GitHub makes them. */
export const slugify = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/**
 * Where a link of a page leads on the site: to a page of it, or to the file in the repository.
 * @param {string} link as the page has it
 * @param {string} from folder of the page in the repository
 * @param {{ root: string, repository: string, shown: (file: string) => string | undefined }} site
 * `shown`: address of a file that is a page of the site
 */
export function siteLink(link, from, { root, repository, shown }) {
  if (/^([a-z]+:|#|\/)/.test(link)) return link;
  const [path, anchor] = link.split('#');
  const file = posix.normalize(posix.join(from, path));
  const suffix = anchor === undefined ? '' : `#${anchor}`;
  const page = shown(file);
  if (page !== undefined) return `${page}${suffix}`;
  // Forms of the page of the repository: ../../security/advisories/new.
  if (file.startsWith('../')) return `${repository}/${path.replace(/^(\.\.\/)+/, '')}`;
  const full = join(root, file);
  if (!existsSync(full)) throw new Error(`no file ${file}, which a link of a page in ${from || '.'} names`);
  return `${repository}/${statSync(full).isDirectory() ? 'tree' : 'blob'}/HEAD/${file}${suffix}`;
}

/** A formula as MathML, which browsers draw by themselves. @throws Error that names it */
function formula(text, displayMode) {
  try {
    return temml.renderToString(text, { displayMode, throwOnError: true, annotate: false });
  } catch (error) {
    throw new Error(`formula ${text}: ${error.message}`);
  }
}

/** GitHub's formulas: $`x`$ in a line, and blocks of ```math. As MathML, which browsers draw. */
export function mathPlugin(md) {
  md.inline.ruler.before('escape', 'formula', (state, silent) => {
    if (!state.src.startsWith('$`', state.pos)) return false;
    const end = state.src.indexOf('`$', state.pos + 2);
    if (end < 0) return false;
    // Not as the token's content, in which vitepress would read {…} as attributes.
    if (!silent) state.push('formula', '', 0).meta = state.src.slice(state.pos + 2, end);
    state.pos = end + 2;
    return true;
  });
  md.renderer.rules.formula = (tokens, i) => formula(tokens[i].meta, false);
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, i, ...rest) =>
    tokens[i].info.trim() === 'math'
      ? `<div class="formula" tabindex="0">${formula(tokens[i].content, true)}</div>\n`
      : fence(tokens, i, ...rest);
}

/** Links and images of every page, before vitepress looks at them. */
export function linkPlugin(md, fromOf, site) {
  md.core.ruler.push('site-links', (state) => {
    const from = fromOf(state.env);
    if (from === undefined) return;
    for (const token of state.tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type !== 'link_open') continue;
      token.attrSet('href', siteLink(token.attrGet('href'), from, site));
    }
  });
}
