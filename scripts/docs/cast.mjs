// Draws docs/train.svg: a terminal in which `steepest train` runs. Records a real run with script(1)
// of util-linux, and plays it with CSS keyframes: no script, so that it moves inside of <img>.
//   npm run build:ts && node scripts/docs/cast.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { customers } from '../verify/lib/fourCommands.mjs';

/** Columns of the terminal: at 390 px of width, letters are 11 px high. */
const COLUMNS = 57;
/** More lines than the run prints: nothing scrolls away. */
const LINES = 60;
const FONT = 14;
const LINE_HEIGHT = 19;
const LETTER = 0.602 * FONT;
const PADDING = 6;
/** How long the end stands, before the picture begins anew. */
const HOLD_S = 6;
/** A state of a line that stood for less time is not shown. */
const LEAST_S = 0.05;
const TYPED_S = 0.8;
/** Nobody watches a program read a file: longer pauses are cut. */
const MOST_PAUSE_S = 0.7;

const ARGS = 'train customers.csv --target left --model mlp --epochs 5 --batch-size 8192'.split(' ');
const ROWS = 600_000;

/** What a terminal shows: enough of one for progress bars. */
export class Screen {
  lines = [''];
  row = 0;
  column = 0;

  constructor(columns = COLUMNS) {
    this.columns = columns;
  }

  write(text) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told what to do by them.
    for (const [part, codes, letter] of text.matchAll(/\x1b\[([\d;?]*)([A-Za-z])|[\s\S]/gu)) {
      if (letter !== undefined) this.obey(letter, Number.parseInt(codes, 10) || 0);
      else if (part === '\n') this.down();
      else if (part === '\r') this.column = 0;
      else this.put(part);
    }
  }

  down() {
    this.row++;
    this.lines[this.row] ??= '';
  }

  put(letter) {
    if (this.column === this.columns) {
      this.down();
      this.column = 0;
    }
    const line = [...this.lines[this.row].padEnd(this.column)];
    line[this.column++] = letter;
    this.lines[this.row] = line.join('');
  }

  /** Erases to the end of the line (K) or of the screen (J), moves (A to D); colours are left out. */
  obey(letter, count) {
    if (letter === 'K' || letter === 'J') {
      this.lines[this.row] = count === 2 ? '' : [...this.lines[this.row]].slice(0, this.column).join('');
    }
    if (letter === 'J') this.lines.length = this.row + 1;
    if (letter === 'A') this.row = Math.max(0, this.row - Math.max(1, count));
    if (letter === 'C') this.column += Math.max(1, count);
    if (letter === 'D') this.column = Math.max(0, this.column - Math.max(1, count));
  }
}

/**
 * Which text stood in which line, from when to when.
 * @param pieces what was printed, with the seconds since the piece before
 */
export function statesOf(pieces, columns = COLUMNS) {
  const screen = new Screen(columns);
  const states = [];
  const open = new Map();
  let now = 0;
  const look = () => {
    const count = Math.max(screen.lines.length, ...[...open.keys()].map((row) => row + 1));
    for (let row = 0; row < count; row++) {
      const text = (screen.lines[row] ?? '').trimEnd();
      const state = open.get(row);
      if (state?.text === text) continue;
      if (state !== undefined) state.to = now;
      open.delete(row);
      if (text === '') continue;
      const next = { row, text, from: now, to: Number.POSITIVE_INFINITY };
      open.set(row, next);
      states.push(next);
    }
  };
  for (const { after, text } of pieces) {
    now += after;
    screen.write(text);
    look();
  }
  return { states: states.filter(({ from, to }) => to - from >= LEAST_S), seconds: now };
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const STYLE = `
svg{--paper:#f6f8fa;--edge:#d1d9e0;--ink:#1f2328;--prompt:#0a6b2d}
@media(prefers-color-scheme:dark){svg{--paper:#151b23;--edge:#3d444d;--ink:#e6edf3;--prompt:#56d364}}
rect{fill:var(--paper);stroke:var(--edge)}
text{fill:var(--ink);font:${FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;white-space:pre}
.p{fill:var(--prompt)}.g{opacity:0}
@media(prefers-reduced-motion:reduce){text{animation:none!important}}
`;

/** The picture of a recording. Without animation it shows the end. */
export function castSvg(command, pieces) {
  const prompt = `$ ${command}`;
  const typed = [
    { after: 0, text: `${prompt}\r\n` },
    { after: TYPED_S, text: '' },
  ];
  const { states, seconds } = statesOf([...typed, ...pieces]);
  const total = seconds + HOLD_S;
  const rows = Math.max(...states.map(({ row }) => row)) + 1;
  const width = Math.ceil(COLUMNS * LETTER + 2 * PADDING);
  const height = rows * LINE_HEIGHT + 2 * PADDING;
  const share = (time) => `${((100 * time) / total).toFixed(2)}%`;
  const frames = [];
  const texts = states.map(({ row, text, from, to }, i) => {
    const stays = to === Number.POSITIVE_INFINITY;
    const isPrompt = row < Math.ceil([...prompt].length / COLUMNS);
    const y = PADDING + row * LINE_HEIGHT + FONT;
    const classes = [isPrompt && 'p', !stays && 'g'].filter(Boolean).join(' ');
    const named = classes === '' ? '' : ` class="${classes}"`;
    if (from === 0)
      return `<text${named} x="${PADDING}" y="${y}" xml:space="preserve">${escaped(text)}</text>`;
    frames.push(
      `@keyframes k${i}{0%{opacity:0}${share(from)}{opacity:1}${stays ? '' : `${share(to)}{opacity:0}`}}`,
    );
    const animation = ` style="animation:k${i} ${total.toFixed(2)}s step-end infinite"`;
    return `<text${named} x="${PADDING}" y="${y}" xml:space="preserve"${animation}>${escaped(text)}</text>`;
  });
  const end = states.filter(({ to }) => to === Number.POSITIVE_INFINITY).map(({ text }) => text);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">A terminal: ${escaped(command)}</title>`,
    `<desc id="d">${escaped(end.join('\n'))}</desc>`,
    `<style>${STYLE}${frames.join('\n')}</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>`,
    ...texts,
    '</svg>',
  ].join('\n')}\n`;
}

/** Pieces out of the two files of script(1). */
export function piecesOf(log, timing) {
  // The first line says when the recording began, and is no part of it.
  let at = log.indexOf('\n') + 1;
  const decoder = new TextDecoder();
  return timing
    .trim()
    .split('\n')
    .map((line) => {
      const [after, bytes] = line.split(' ').map(Number);
      const text = decoder.decode(log.subarray(at, at + bytes), { stream: true });
      at += bytes;
      return { after: Math.min(after, MOST_PAUSE_S), text };
    });
}

function record() {
  const folder = mkdtempSync(join(tmpdir(), 'steepest-cast-'));
  try {
    writeFileSync(join(folder, 'customers.csv'), customers(ROWS, 7));
    const cli = fileURLToPath(new URL('../../dist/bundle/cjs/cli.js', import.meta.url));
    const command = `stty cols ${COLUMNS} rows ${LINES} && exec '${process.execPath}' '${cli}' ${ARGS.join(' ')}`;
    const args = ['--quiet', '--return', '--log-out', 'log', '--log-timing', 'timing', '--command', command];
    const env = { ...process.env, TERM: 'xterm-256color', NO_COLOR: '1' };
    execFileSync('script', args, { cwd: folder, env, stdio: 'ignore' });
    return piecesOf(readFileSync(join(folder, 'log')), readFileSync(join(folder, 'timing'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const svg = castSvg(`npx steepest ${ARGS.join(' ')}`, record());
  writeFileSync(fileURLToPath(new URL('../../docs/train.svg', import.meta.url)), svg);
}
