/** Reads the SVGs that plots return, as strictly as XML asks. */

export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: (Element | string)[];
  parent?: Element;
}

const ENTITY = /&(?:amp|lt|gt|quot|#39);/g;
const CHARACTERS: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
const TAG = /<(\/?)([a-zA-Z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>/y;
const NOT_XML =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no place for these
  /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function unescaped(text: string): string {
  if (/[<>]/.test(text) || text.replace(ENTITY, '').includes('&')) throw new Error(`not escaped: ${text}`);
  return text.replace(ENTITY, (entity) => CHARACTERS[entity]!);
}

/** @throws Error for what is not well-formed */
export function parseSvg(svg: string): Element {
  if (NOT_XML.test(svg)) throw new Error('a character that XML does not know');
  const root: Element = { name: '', attributes: {}, children: [] };
  let open = root;
  let at = 0;
  while (at < svg.length) {
    const next = svg.indexOf('<', at);
    // CSS has > and no entities.
    const text = svg.slice(at, next < 0 ? undefined : next);
    if (text !== '') open.children.push(open.name === 'style' ? text : unescaped(text));
    if (next < 0) break;
    TAG.lastIndex = next;
    const match = TAG.exec(svg);
    if (match === null) throw new Error(`not a tag: ${svg.slice(next, next + 80)}`);
    const [whole, closing, name, list, isEmpty] = match as unknown as string[];
    at = next + whole!.length;
    if (closing === '/') {
      if (open.name !== name) throw new Error(`</${name}> closes <${open.name}>`);
      open = open.parent!;
      continue;
    }
    const element: Element = { name: name!, attributes: attributesOf(list!), children: [], parent: open };
    open.children.push(element);
    if (isEmpty === '') open = element;
  }
  if (open !== root || root.children.length !== 1) throw new Error('not one whole element');
  return root.children[0] as Element;
}

function attributesOf(list: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, value] of list.matchAll(/ ([a-zA-Z:-]+)="([^"]*)"/g)) {
    if (name! in attributes) throw new Error(`${name} twice`);
    attributes[name!] = unescaped(value!);
  }
  return attributes;
}

export const elementsOf = (element: Element): Element[] => [
  element,
  ...element.children.flatMap((child) => (typeof child === 'string' ? [] : elementsOf(child))),
];

export const textOf = ({ children }: Element): string =>
  children.filter((child): child is string => typeof child === 'string').join('');

export const childOf = ({ children }: Element, name: string): Element | undefined =>
  children.find((child): child is Element => typeof child !== 'string' && child.name === name);
