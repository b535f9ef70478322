import { plots } from 'steepest/report';
import { describe, expect, it } from 'vitest';
import { CASES, randomOf } from './cases.js';
import { type Element, elementsOf, parseSvg } from './svg.js';

/** Contrast of text and of marks that WCAG 2.2 asks for at level AA (1.4.3, 1.4.11). */
const TEXT = 4.5;
const MARKS = 3;

type Colour = readonly [number, number, number];
type Theme = Record<string, Colour>;

const colourOf = (hex: string): Colour =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Colour;

/** Relative luminance, WCAG 2.2. */
function luminance(colour: Colour): number {
  const [r, g, b] = colour.map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

const over = (colour: Colour, back: Colour, opacity: number): Colour =>
  colour.map((channel, i) => channel * opacity + back[i]! * (1 - opacity)) as unknown as Colour;

const svg = plots.bars({ one: 1 });
const [, light, dark] =
  /\.steepest-plot\{(--.*?)\}@media \(prefers-color-scheme:dark\)\{\.steepest-plot\{(.*?)\}\}/.exec(svg)!;
const themeOf = (properties: string): Theme =>
  Object.fromEntries(
    [...properties.matchAll(/--([a-z0-9]+):var\(--plot-\1,(#[0-9a-f]{6})\)/g)].map(([, name, hex]) => [
      name!,
      colourOf(hex!),
    ]),
  );
const THEMES = { light: themeOf(light!), dark: themeOf(dark!) };
const SERIES = ['s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8'];

const drawn = Object.values(CASES).flatMap((draw) =>
  Array.from({ length: 12 }, (_, seed) => parseSvg(draw(randomOf(seed * 7919)))),
);

const ruleOf = (name: string): string =>
  new RegExp(`\\.steepest-plot ${name.replace(/[.>]/g, '\\$&')}\\{(.*?)\\}`).exec(svg)?.[1] ?? '';
const opacityOf = (name: string): number =>
  Number(/(?:^|;)(?:fill-)?opacity:([\d.]+)/.exec(ruleOf(name))?.[1] ?? 1);

describe.each(Object.entries(THEMES))('the %s theme', (_name, theme) => {
  it('names every colour, and a page can set each', () => {
    expect(Object.keys(theme)).toEqual(['back', 'text', 'soft', 'grid', 'axis', ...SERIES]);
  });

  it('has text that can be read', () => {
    for (const name of ['text', 'soft', ...SERIES]) {
      expect(contrast(theme[name]!, theme.back!), name).toBeGreaterThanOrEqual(TEXT);
    }
  });

  it('has marks that can be seen', () => {
    expect(contrast(theme.axis!, theme.back!)).toBeGreaterThanOrEqual(MARKS);
    for (const mark of ['.dots', '.points .mark', '.mark', '.other', '.whisker']) {
      for (const name of SERIES) {
        const seen = over(theme[name]!, theme.back!, opacityOf(mark));
        expect(contrast(seen, theme.back!), `${mark} ${name}`).toBeGreaterThanOrEqual(MARKS);
      }
    }
    // The line over a bar has an edge in the colour of the back.
    expect(ruleOf('.edge')).toContain('stroke:var(--back)');
    expect(contrast(theme.text!, theme.back!)).toBeGreaterThanOrEqual(MARKS);
  });

  it('has numbers that can be read on cells', () => {
    const cells = drawn
      .flatMap(elementsOf)
      .filter(({ attributes }) => /\bcell\b/.test(attributes.class ?? ''));
    expect(cells.length).toBeGreaterThan(20);
    for (const { attributes, parent } of cells) {
      const series = /s\d/.exec(parent!.attributes.class!)![0];
      const shade = over(theme[series]!, theme.back!, Number(attributes['fill-opacity']));
      for (const word of parent!.children.filter(
        (child): child is Element => typeof child !== 'string' && child.name === 'text',
      )) {
        const colour = word.attributes.class === 'soft' ? theme.soft! : theme.text!;
        expect(contrast(colour, shade)).toBeGreaterThanOrEqual(TEXT);
      }
    }
  });

  it('differs between series, for those who see few colours too', () => {
    // Red and green apart in lightness or in the blue-yellow axis (CIE lab, roughly): here by luminance or hue, always by shape.
    const dashes = SERIES.map((name) => ruleOf(`.${name}>.line`));
    expect(new Set(dashes).size).toBe(SERIES.length);
  });
});

describe('what is drawn', () => {
  it('uses only colours of the theme', () => {
    const painted = drawn
      .flatMap(elementsOf)
      .flatMap(({ attributes }) => [attributes.fill, attributes.stroke, attributes.style]);
    expect(painted.filter((value) => value !== undefined)).toEqual([]);
  });

  it('tells series apart by shapes where there are no lines', () => {
    const groups = [0, 1, 2, 3, 4, 5, 6, 7];
    const root = parseSvg(plots.scatter(groups, groups, { groups }));
    const shapes = elementsOf(root)
      .filter(({ attributes }) => attributes.class === 'mark')
      .map(({ attributes }) => attributes.d);
    expect(new Set(shapes).size).toBe(8);
    // Of more points, one path of each group, in its shape; of very many, one per shade.
    for (const rows of [1000, 5000]) {
      const values = Array.from({ length: rows }, (_, i) => (i * 7919) % rows);
      const many = parseSvg(plots.scatter(values, values, { groups: values.map((value) => value % 8) }));
      const paths = elementsOf(many).filter(({ attributes }) => attributes.class === 'mark');
      const outlines = paths.map(({ attributes }) => /^M\S+ [\d.]+([^M]+)/.exec(attributes.d ?? '')?.[1]);
      expect(new Set(outlines).size).toBeGreaterThanOrEqual(8);
    }
  });
});
