import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
const MOST_LINES_OF_A_FILE = 400;
const MOST_LINES_OF_A_FUNCTION = 60;

/** One long loop each, over bytes or rounds, which calls would slow down. */
const UNROLLED = ['core/random.ts', 'kernels/typescript/float64/linear.ts'];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.c?ts$/.test(file));

/** The example of a doc comment: documentation for users, none of the code. */
const EXAMPLE = /^ *\* @example\b.*\n *\* ```ts\n(?: *\* .*\n)*? *\* ```\n/gm;

/** A comment that is as short as this without its example stood on one line. */
const SHORT = /\/\*\*\n *\* (.*)\n *\*\//g;

const linesIn = (text: string): string[] =>
  text.replace(EXAMPLE, '').replace(SHORT, '/** $1 */').trimEnd().split('\n');
const linesOf = (file: string): string[] => linesIn(readFileSync(join(SRC, file), 'utf8'));

/** What may be the first line of a function: it ends in a brace, or before parameters. */
const BEGINS = /^( *)(?![ )]|(?:\} )?(?:if|else|for|while|switch|do|try|catch|finally)\b).*([{(])$/;

/** Functions with their lines, from the first of the signature to the closing brace, as formatted. */
function functionsIn(lines: readonly string[]): { name: string; length: number }[] {
  return lines.flatMap((line, first) => {
    const [, indent = '', opening] = BEGINS.exec(line) ?? [];
    if (opening === undefined) return [];
    const rest = lines.slice(first + 1);
    const isAtIndent = (other: string): boolean => other.startsWith(indent) && other[indent.length] !== ' ';
    const next = rest.find(isAtIndent) ?? '';
    const isFunction = opening === '(' ? /^ *\).* \{$/.test(next) : /\)(?:: .*)? \{$|=> \{$/.test(line);
    const length = rest.findIndex((other) => other.startsWith(`${indent}}`)) + 2;
    return isFunction ? [{ name: line.trim(), length }] : [];
  });
}

describe('sizes', () => {
  it('counts the lines of functions and methods', () => {
    const code = [
      'class A {',
      '  b(',
      '    c: number,',
      '  ): void {',
      '    d();',
      '  }',
      '}',
      'function e() {',
      '}',
    ];
    expect(functionsIn(code)).toEqual([
      { name: 'b(', length: 5 },
      { name: 'function e() {', length: 2 },
    ]);
    expect(files.flatMap((file) => functionsIn(linesOf(file))).length).toBeGreaterThan(1500);
  });

  it('counts no examples of doc comments', () => {
    const example = ' * @example\n * ```ts\n * f(); // 1\n * ```\n';
    expect(linesIn(`/**\n * F.\n${example} */\nf(): void;\n`)).toEqual(['/** F. */', 'f(): void;']);
  });

  it.each(files)('%s and its functions are short', (file) => {
    const lines = linesOf(file);
    expect(lines.length).toBeLessThanOrEqual(MOST_LINES_OF_A_FILE);
    const long = functionsIn(lines).filter(({ length }) => length > MOST_LINES_OF_A_FUNCTION);
    expect(long.length, JSON.stringify(long)).toBe(UNROLLED.includes(file) ? 1 : 0);
  });
});
