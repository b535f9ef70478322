import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '#steepest/cli/commands.js';
import { commandHelp, programHelp } from '#steepest/cli/help.js';
import { readArguments } from '#steepest/cli/readArguments.js';
import { sections, withSection } from '../../scripts/docs/command.mjs';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const specs = COMMANDS.map(({ spec }) => spec);

describe('the table of commands', () => {
  it.each(Object.keys(sections))('%s has what it says', (path) => {
    // If it fails: node scripts/docs/command.mjs
    expect(read(path)).toBe(withSection(read(path), sections[path]!()));
  });

  it.each(specs.map((spec) => [spec.name, spec] as const))(
    '%s is in the reference, with all options',
    (name, spec) => {
      const reference = read('docs/command.md').split(`\n### ${name}\n`)[1]!.split('\n### ')[0]!;
      for (const option of Object.keys(spec.options)) {
        expect(reference).toContain(`--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
      }
      for (const { command } of spec.examples) expect(reference).toContain(command);
    },
  );

  it('gives help of at most 90 columns', () => {
    for (const text of [programHelp(specs), ...specs.map(commandHelp)]) {
      expect(text.split('\n').filter((line) => [...line].length > 90)).toEqual([]);
      expect(text).not.toMatch(/undefined|\[object/);
    }
  });

  it.each(specs.flatMap(({ examples }) => examples.map(({ command }) => command)))(
    '%s can be read',
    (example) => {
      for (const part of example.split(/ (?:\||&&) /).filter((text) => text.startsWith('npx steepest '))) {
        const [name, ...args] = part
          .replace(/ > \S+$/, '')
          .split(' ')
          .slice(2);
        const spec = specs.find((one) => one.name === name)!;
        expect(Object.keys(readArguments(args, spec))).toEqual(['arguments', 'options', 'rest']);
      }
    },
  );
});
