// What the site changes in pages that are written for GitHub: where links lead, and formulas.

import { posix } from 'node:path';
import temml from 'temml';
import { imageFile, siteLink } from './links.mjs';

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
    // README is shown by a page two folders below it.
    const folder = from === '' ? 'docs/site' : from;
    const shown = (image) => {
      const file = imageFile(image, from, site.repository);
      return file === undefined ? image : `./${posix.relative(folder, file)}`.replace('./../', '../');
    };
    for (const token of state.tokens.flatMap((one) => [one, ...(one.children ?? [])])) {
      // <picture>, which Markdown has no form for.
      if (token.type === 'html_block' || token.type === 'html_inline')
        token.content = token.content.replace(
          /(\s(?:src|srcset)=")([^"]+)"/g,
          (_, start, image) => `${start}${shown(image)}"`,
        );
      if (token.type === 'link_open') token.attrSet('href', siteLink(token.attrGet('href'), from, site));
      if (token.type === 'image') token.attrSet('src', shown(token.attrGet('src')));
    }
  });
}

/**
 * Cells of a header without text are no headers: a screen reader would announce them as such. A
 * header without any text is left out; Markdown has no table without one.
 */
export function headerPlugin(md) {
  md.core.ruler.push('table-headers', (state) => {
    const { tokens } = state;
    for (const [first, token] of tokens.entries()) {
      if (token.type !== 'thead_open') continue;
      const last = tokens.findIndex(({ type }, i) => i > first && type === 'thead_close');
      const head = tokens.slice(first, last + 1);
      const isBare = head.every(({ type, content }) => type !== 'inline' || content === '');
      for (const [i, part] of head.entries()) {
        if (isBare) part.hidden = true;
        else if (part.type === 'inline' && part.content === '') head[i - 1].tag = head[i + 1].tag = 'td';
        else if (part.children?.every(({ type }) => type === 'formula')) {
          // Not every reader of screens reads MathML.
          const text = Object.assign(new state.Token('html_inline', '', 0), {
            content: `<span class="visually-hidden">${md.utils.escapeHtml(part.children[0].meta)}</span>`,
          });
          part.children.unshift(text);
        }
      }
    }
  });
}
