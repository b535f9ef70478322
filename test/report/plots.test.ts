import { plots } from 'steepest/report';
import { describe, expect, it } from 'vitest';
import { CASES, randomOf } from './cases.js';
import { faultsOf } from './layout.js';
import { childOf, elementsOf, parseSvg, textOf } from './svg.js';

/** Drawings of each plot. */
const DRAWINGS = 16;
const drawings = Object.entries(CASES).map(([name, draw]) => ({
  name,
  drawn: Array.from({ length: DRAWINGS }, (_, seed) => {
    const svg = draw(randomOf(seed * 7919));
    return { svg, root: parseSvg(svg) };
  }),
}));

/** 200 KB, and what names of any length take. */
const MOST_BYTES = 250_000;

describe('plots', () => {
  it('are all tested', () => {
    expect(Object.keys(CASES).sort()).toEqual(Object.keys(plots).sort());
  });

  it.each(drawings)('$name stands alone: well-formed, with nothing from elsewhere', ({ drawn }) => {
    for (const { svg, root } of drawn) {
      expect(root.name).toBe('svg');
      expect(root.attributes.xmlns).toBe('http://www.w3.org/2000/svg');
      expect(childOf(root, 'style')).toBeDefined();
      for (const { name, attributes } of elementsOf(root)) {
        expect(['script', 'foreignObject', 'link', 'a']).not.toContain(name);
        expect(attributes.href ?? 'data:').toMatch(/^data:/);
      }
      const odd = /NaN|Infinity|undefined|url\(/.exec(svg.replace(/base64,[^"]*/g, ''));
      expect(odd?.[0]).toBeUndefined();
    }
  });

  it.each(drawings)('$name is as small as a page can hold', ({ drawn }) => {
    expect(Math.max(...drawn.map(({ svg }) => svg.length))).toBeLessThan(MOST_BYTES);
  });

  it.each(drawings)('$name says what it shows to those who do not see it', ({ drawn }) => {
    for (const { root } of drawn) {
      const [title, desc] = ['title', 'desc'].map((name) => textOf(childOf(root, name)!));
      expect(title!.trim()).not.toBe('');
      expect(desc).toMatch(/\S/);
      const stops = elementsOf(root).filter(({ attributes }) => attributes.tabindex !== undefined);
      // An image has no parts; a figure may.
      expect(root.attributes.role).toBe(stops.length > 0 ? 'figure' : 'img');
      for (const stop of stops) {
        expect(stop.attributes).toMatchObject({ role: 'img', tabindex: '0' });
        expect(textOf(childOf(stop, 'title')!)).toMatch(/\S/);
      }
      expect(stops.length).toBeLessThanOrEqual(150);
    }
  });

  it.each(drawings)('$name shows values to the pointer', ({ drawn }) => {
    for (const { root } of drawn) {
      const said = elementsOf(root).filter(({ name, parent }) => name === 'title' && parent?.name === 'g');
      expect(said.map(textOf).join(' ')).toMatch(/\S/);
    }
  });

  it.each(drawings)('$name has no word that is cut off or touches another', ({ drawn }) => {
    expect(drawn.flatMap(({ root }, seed) => faultsOf(root).map((fault) => `${seed}: ${fault}`))).toEqual([]);
  });

  it.each(drawings)('$name has text of 11 px on a phone of 390 px', ({ drawn }) => {
    for (const { root } of drawn) {
      const { viewBox, width } = root.attributes;
      // Another width is chosen by who shows the drawing at it.
      const chosen = Number(viewBox!.split(' ')[2]);
      expect([320, 420, 1100]).toContain(chosen);
      if (chosen === 420) expect((12 * 390) / chosen).toBeGreaterThanOrEqual(11);
      expect(Number(width)).toBeCloseTo((chosen * 4) / 3, 0);
    }
    expect(drawn[0]!.svg).toContain('font:12px');
    expect(drawn[0]!.svg.match(/font-size:(\d+)px/g)).toEqual(['font-size:14px']);
  });

  it.each(Object.entries(CASES))('%s draws the same twice', (_name, draw) => {
    expect(draw(randomOf(3))).toBe(draw(randomOf(3)));
  });
});
