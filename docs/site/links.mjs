// Where headings and links of pages that are written for GitHub lead on the site.
import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Anchors of headings as GitHub makes them. */
export const slugify = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/** The address of a file that is a page of the site; undefined for others. */
export function shownAt(file) {
  if (file === 'README.md') return '/';
  const [, name] = /^docs\/(\w[\w-]*)\.md$/.exec(file) ?? [];
  return name === undefined ? undefined : `/${name}.md`;
}

/**
 * Where a link of a page leads on the site: to a page of it, or to the file in the repository.
 * @param {string} link as the page has it
 * @param {string} from folder of the page in the repository
 * @param {{ root: string, repository: string }} site the checkout, and where it is on the web
 */
export function siteLink(link, from, { root, repository }) {
  if (/^([a-z]+:|#|\/)/.test(link)) return link;
  const [path, anchor] = link.split('#');
  const file = posix.normalize(posix.join(from, path));
  const suffix = anchor === undefined ? '' : `#${anchor}`;
  const page = shownAt(file);
  if (page !== undefined) return `${page}${suffix}`;
  // Forms of the page of the repository: ../../security/advisories/new.
  if (file.startsWith('../')) return `${repository}/${path.replace(/^(\.\.\/)+/, '')}`;
  const full = join(root, file);
  if (!existsSync(full)) throw new Error(`no file ${file}, which a link of a page in ${from || '.'} names`);
  return `${repository}/${statSync(full).isDirectory() ? 'tree' : 'blob'}/HEAD/${file}${suffix}`;
}

/**
 * The file that an image shows: named from its page on, or by its address in the repository, as
 * README may for npm, where it stands alone; undefined for images of other sites.
 * @param {string} image as the page names it
 * @param {string} from folder of the page in the repository
 * @param {string} repository the address of the repository, without a slash at its end
 */
export function imageFile(image, from, repository) {
  if (!/^[a-z]+:/.test(image)) return posix.normalize(posix.join(from, image));
  const raw = repository.replace('https://github.com/', 'https://raw.githubusercontent.com/');
  const start = [`${raw}/HEAD/`, `${repository}/raw/HEAD/`].find((begin) => image.startsWith(begin));
  return start === undefined ? undefined : image.slice(start.length);
}
