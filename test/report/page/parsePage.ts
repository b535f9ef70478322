/**
 * A parser of pages as the report writes them: every tag closed, every attribute in double quotes.
 * It refuses anything else, so that a name that breaks out of its place fails a test.
 */

export interface Element {
  tag: string;
  attributes: Readonly<Record<string, string>>;
  children: (Element | string)[];
}

const VOID = new Set(['meta', 'link', 'img', 'br']);
const RAW = new Set(['style', 'script']);
const TAG = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*(\/?)>/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** What the browser makes of text. */
const decoded = (text: string): string =>
  text.replace(/&([^;]*);?/g, (whole, name: string) => {
    const character = ENTITIES[name];
    if (character === undefined) throw new Error(`an entity ${whole}`);
    return character;
  });

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, value = ''] of text.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)) {
    if (name! in found) throw new Error(`twice the attribute ${name}`);
    found[name!] = decoded(value);
  }
  return found;
}

/** @throws Error for what is not well formed */
export function parsePage(page: string): Element {
  const root: Element = { tag: '', attributes: {}, children: [] };
  const open: Element[] = [root];
  let at = page.indexOf('>') + 1;
  while (at < page.length) {
    const here = open[open.length - 1]!;
    if (RAW.has(here.tag)) {
      const end = page.indexOf(`</${here.tag}>`, at);
      here.children.push(page.slice(at, end));
      at = end;
    }
    if (page[at] !== '<') {
      const end = page.indexOf('<', at) < 0 ? page.length : page.indexOf('<', at);
      here.children.push(decoded(page.slice(at, end)));
      at = end;
      continue;
    }
    TAG.lastIndex = at;
    const [whole, slash, tag, attributes = '', ends] = TAG.exec(page) ?? [];
    if (whole === undefined) throw new Error(`no tag: ${page.slice(at, at + 80)}`);
    at += whole.length;
    if (slash === '/') {
      if (here.tag !== tag) throw new Error(`</${tag}> in <${here.tag}>`);
      open.pop();
      continue;
    }
    const element: Element = { tag: tag!, attributes: attributesOf(attributes), children: [] };
    here.children.push(element);
    if (!VOID.has(tag!) && ends !== '/') open.push(element);
  }
  if (open.length > 1) throw new Error(`<${open[open.length - 1]!.tag}> is not closed`);
  return root;
}

/** All elements below one, in order. */
export function elements(root: Element): Element[] {
  return root.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...elements(child)]));
}

/** What one reads of an element, without styles. */
export function textOf(element: Element | string): string {
  if (typeof element === 'string') return element;
  return RAW.has(element.tag) ? '' : element.children.map(textOf).join('');
}

/** The elements that a test names: by tag, and by a class where one is given. */
export const find = (root: Element, tag: string, of?: string): Element[] =>
  elements(root).filter(
    (one) => one.tag === tag && (of === undefined || (one.attributes.class ?? '').split(' ').includes(of)),
  );

/** Titles of the sections by their ids. */
export const sectionsOf = (root: Element): Record<string, string> =>
  Object.fromEntries(find(root, 'section').map((one) => [one.attributes.id!, textOf(find(one, 'h2')[0]!)]));

/** The scores on the page: by name, value and baseline as the page shows them. */
export function scoresOf(root: Element): Record<string, { value: string; beside: string }> {
  return Object.fromEntries(
    find(root, 'li', 'card').map((card) => {
      const [value] = find(card, 'p', 'value');
      const [beside] = find(card, 'p', 'beside');
      const text = (element: Element | undefined): string =>
        element === undefined ? '' : textOf(element).replaceAll('\u00a0', ' ');
      return [textOf(find(card, 'h3')[0]!), { value: text(value), beside: text(beside) }];
    }),
  );
}
