import { describe, expect, it } from 'vitest';
import { escapeMarkup } from '../../dist/esm/report/markup.js';
import { valueText } from '../../dist/esm/report/plots/draw/numbers.js';
import { linear, logarithmic, roundStep } from '../../dist/esm/report/plots/draw/scales.js';
import { fitText, linesOf, textWidth } from '../../dist/esm/report/plots/draw/text.js';
import { parseSvg, textOf } from './svg.js';

/** Advance widths of DejaVu Sans 2.37 and its bold, in thousandths of the height, from its table hmtx. */
const CHARACTERS = [
  ...' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~−×÷±≤≥…’·⁻⁰¹²³⁴⁵⁶⁷⁸⁹²✗ÄÖÜßéàçñøåÆŒœæ–—αβγωжщШ',
];
const REGULAR = [
  318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637, 637, 637,
  637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 531, 1000, 685, 687, 699, 771, 632, 576, 775, 752, 295,
  295, 656, 558, 863, 749, 788, 604, 788, 695, 635, 611, 732, 685, 989, 686, 611, 686, 391, 337, 391, 838,
  500, 500, 613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580, 278, 975, 634, 612, 635, 635, 412, 521,
  393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838, 838, 838, 838, 838, 838, 838, 1000, 318, 318, 528,
  401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 838, 685, 788, 732, 630, 616, 613, 550, 634, 612,
  613, 975, 1070, 1023, 982, 500, 1000, 660, 639, 592, 838, 901, 942, 1070,
];
const BOLD = [
  349, 457, 521, 838, 696, 1002, 873, 307, 458, 458, 523, 838, 380, 416, 380, 366, 696, 696, 696, 696, 696,
  696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 581, 1000, 774, 763, 734, 831, 684, 684, 821, 837, 373,
  373, 775, 638, 996, 837, 851, 733, 851, 771, 721, 683, 813, 774, 1104, 771, 725, 726, 458, 366, 458, 838,
  500, 500, 675, 716, 593, 716, 679, 436, 716, 712, 343, 343, 666, 343, 1042, 712, 688, 716, 716, 494, 596,
  479, 712, 652, 924, 646, 652, 583, 712, 366, 712, 838, 838, 838, 838, 838, 838, 838, 1000, 380, 380, 528,
  438, 438, 438, 438, 438, 438, 438, 438, 438, 438, 438, 838, 774, 851, 813, 720, 679, 675, 593, 712, 688,
  675, 1085, 1167, 1095, 1048, 500, 1000, 688, 716, 682, 870, 996, 1106, 1236,
];

describe('text', () => {
  it('is no wider than said, in the widest of the usual fonts', () => {
    CHARACTERS.forEach((character, i) => {
      expect(textWidth(character, 1000), character).toBeGreaterThanOrEqual(REGULAR[i]!);
      expect(textWidth(character, 1000, true), character).toBeGreaterThanOrEqual(BOLD[i]!);
    });
  });

  it('is cut in its middle, where names differ least', () => {
    expect(fitText('short', 100)).toBe('short');
    const [first, second] = ['a long name of a column, 1', 'a long name of a column, 2'].map((name) =>
      fitText(name, 90),
    );
    expect(first).toMatch(/^a l.*….*1$/);
    expect(first).not.toBe(second);
    for (const width of [20, 40, 80, 200])
      expect(textWidth(fitText('x'.repeat(1e6), width))).toBeLessThanOrEqual(width);
  });

  it('breaks between words onto lines that fit, the last of which is cut', () => {
    const text = 'two classes, a million rows: within a millionth of the best objective';
    const lines = linesOf(text, 180, 5, undefined, true);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.join(' ')).toBe(text);
    for (const [i, line] of lines.entries()) {
      expect(textWidth(line, undefined, true)).toBeLessThanOrEqual(180);
      // The next word would not have fitted.
      const [next] = lines[i + 1]?.split(' ') ?? [];
      if (next) expect(textWidth(`${line} ${next}`, undefined, true)).toBeGreaterThan(180);
    }
    expect(linesOf(text, 180, 1)).toEqual([fitText(text, 180)]);
    expect(linesOf('short', 180, 3)).toEqual(['short']);
    expect(linesOf('x'.repeat(1e6), 180, 3)).toEqual([fitText('x'.repeat(1e6), 180)]);
  });

  it('is the same after it has been read', () => {
    const text = 'a < b && "c" \'d\' > é 猫 🐈';
    expect(textOf(parseSvg(`<text a="${escapeMarkup(text)}">${escapeMarkup(text)}</text>`))).toBe(text);
    expect(escapeMarkup('\u0000\ud800x\udc00\ufffe')).toBe('\ufffd\ufffdx\ufffd\ufffd');
  });

  it('shows values with four digits', () => {
    const shown = [0, 1, -0.5, 1234.56, 1 / 3, 1e9, 2.5e-7, -1.23456e300, 99999, 0.00099999, Number.NaN].map(
      (value) => valueText(value),
    );
    expect(shown).toEqual([
      '0',
      '1',
      '−0.5',
      '1,235',
      '0.3333',
      '10⁹',
      '2.5×10⁻⁷',
      '−1.235×10³⁰⁰',
      '99,999',
      '0.001',
      'not a number',
    ]);
  });
});

describe('axes', () => {
  const ticks = (low: number, high: number) => linear([low, high], [0, 100]).ticks.map(({ text }) => text);

  it('have the numbers that people choose', () => {
    expect(ticks(0, 1)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(ticks(3, 97)).toEqual(['0', '20', '40', '60', '80', '100']);
    expect(ticks(-0.03, 0.031)).toEqual(['−0.04', '−0.02', '0', '0.02', '0.04']);
    expect(ticks(0, 12_000)).toEqual(['0', '2,000', '4,000', '6,000', '8,000', '10,000', '12,000']);
    expect(ticks(0, 3e6)).toEqual(['0', '1M', '2M', '3M']);
    expect(logarithmic([0.8, 400], [0, 100]).ticks.map(({ text }) => text)).toEqual(['1', '10', '100']);
  });

  it('have steps of 1, 2 or 5 times a power of ten', () => {
    for (let power = -300; power <= 300; power += 7) {
      for (const rough of [1, 1.3, 1.9, 3, 4, 6, 8, 9.9]) {
        const step = roundStep(rough * 10 ** power);
        expect(step.toExponential(3)).toMatch(/^[125]\.000e/);
        expect(Math.abs(Math.log(step / (rough * 10 ** power)))).toBeLessThan(0.48);
      }
    }
  });

  it('hold every number, however large, small or alike', () => {
    for (const [low, high] of [
      [0, 0],
      [5, 5],
      [-1e308, 1e308],
      [5e-324, 1e-323],
      [1e16, 1e16 + 2],
      [-1e-300, 1e-300],
    ] as const) {
      const scale = linear([low, high], [10, 110]);
      for (const value of [low, high]) {
        expect(scale.of(value)).toBeGreaterThanOrEqual(9.99);
        expect(scale.of(value)).toBeLessThanOrEqual(110.01);
      }
      expect(scale.ticks.length, `${low} ${high}`).toBeGreaterThan(1);
      expect(new Set(scale.ticks.map(({ text }) => text)).size).toBe(scale.ticks.length);
    }
  });
});
