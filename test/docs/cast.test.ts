import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { castSvg, piecesOf, Screen, statesOf } from '../../scripts/docs/cast.mjs';

describe('a terminal of text', () => {
  it('wraps, returns, erases and moves as terminals do', () => {
    const screen = new Screen(6);
    screen.write('abcdefgh\r\n12345\r\u001b[2Cx\u001b[K\r\n\u001b[32mgreen\u001b[0m\u001b[A\u001b[5D!');
    expect(screen.lines).toEqual(['abcdef', 'gh', '!2x', 'green']);
    screen.write('\u001b[J');
    expect(screen.lines).toEqual(['abcdef', 'gh', '!']);
  });

  it('knows which text stood where, from when to when', () => {
    const pieces = [
      { after: 1, text: 'one\r\nbar 1' },
      { after: 2, text: '\rbar 2' },
      { after: 0.0078125, text: '\rbar 3' },
      { after: 1, text: '\r\u001b[Kend\r\n' },
    ];
    expect(statesOf(pieces, 20)).toEqual({
      seconds: 4.0078125,
      states: [
        { row: 0, text: 'one', from: 1, to: Number.POSITIVE_INFINITY },
        { row: 1, text: 'bar 1', from: 1, to: 3 },
        { row: 1, text: 'bar 3', from: 3.0078125, to: 4.0078125 },
        { row: 1, text: 'end', from: 4.0078125, to: Number.POSITIVE_INFINITY },
      ],
    });
  });

  it('is read from the files of script(1), letters of several bytes over the border of pieces too', () => {
    const log = Buffer.from('Script started\naé·b\nScript done\n');
    expect(piecesOf(log, '0.25 2\n9 4\n')).toEqual([
      { after: 0.25, text: 'a' },
      { after: 0.7, text: 'é·b' },
    ]);
  });

  it('becomes a picture whose end stands without animation', () => {
    const svg = castSvg('npx steepest <x>', [
      { after: 0.5, text: 'wait\r' },
      { after: 0.5, text: 'done & dusted' },
    ]);
    expect(svg).toContain('$ npx steepest &lt;x&gt;</text>');
    expect(svg).toContain('done &amp; dusted</text>');
    expect(svg).toMatch(/<text class="g"[^>]*animation:k1 [^>]*>wait<\/text>/);
    expect(svg).toMatch(/<desc id="d">\$ npx steepest &lt;x&gt;\ndone &amp; dusted<\/desc>/);
  });
});

describe('docs/train.svg', () => {
  const svg = readFileSync(new URL('../../docs/train.svg', import.meta.url), 'utf8');

  it('is small, stands alone, runs no script, and follows the theme and the wish for less motion', () => {
    expect(svg.length).toBeLessThan(60_000);
    expect(svg).not.toMatch(/<script|<image|href=|url\(|@import|\bon\w+=/);
    expect(svg).toContain('@media(prefers-color-scheme:dark)');
    expect(svg).toContain('@media(prefers-reduced-motion:reduce){text{animation:none!important}}');
  });

  it('has letters of 11 px at 390 px of width', () => {
    const width = Number(/viewBox="0 0 (\d+) /.exec(svg)![1]);
    const font = Number(/font:(\d+)px/.exec(svg)![1]);
    expect((font * 390) / width).toBeGreaterThanOrEqual(11);
  });

  it('shows a progress bar and the scores', () => {
    expect(svg).toMatch(/>Epoch \d\/5 \[=+&gt; *\] \d+\/\d+ · loss [\d.]+/);
    expect(svg).toMatch(/>Accuracy +\d\d\.\d % +\d\d\.\d % +higher<\/text>/);
  });
});
