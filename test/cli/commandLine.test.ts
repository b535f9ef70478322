import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CommandSpec, defineCommand, type Read } from '#steepest/cli/commandSpec.js';
import { commandHelp, usageLine } from '#steepest/cli/help.js';
import { asksForHelp, readArguments } from '#steepest/cli/readArguments.js';
import { UsageError } from '#steepest/cli/usageError.js';

const spec = {
  name: 'paint',
  summary: 'paints a wall',
  arguments: [
    { name: 'wall', help: 'the wall' },
    { name: 'more', help: 'more walls', optional: true, many: true },
  ],
  options: {
    colour: { type: 'text', choices: ['red', 'blue', 'darkGreen'], default: 'red', help: 'of the paint' },
    out: { type: 'path', short: 'o', help: 'a picture' },
    brushes: { type: 'list', help: 'their names' },
    coats: { type: 'count', range: [0, 9], default: 2, help: 'how often' },
    workers: { type: 'count', words: ['auto'], default: 'auto', help: 'painters' },
    share: { type: 'number', range: [0, 1], open: true, help: 'of the wall' },
    shift: { type: 'number', help: 'of the picture' },
    port: { type: 'port', default: 3000, help: 'to ring at' },
    maxPaint: { type: 'bytes', default: 10_000_000, help: 'in the pot' },
    dryFor: { type: 'duration', default: 30_000, help: 'between coats' },
    dryRun: { type: 'flag', help: 'does nothing' },
  },
  aliases: { paint: 'colour', varnish: '' },
  examples: [],
} as const satisfies CommandSpec;

const options = (...args: string[]) => readArguments(['north', ...args], spec).options;
const problem = (args: readonly string[], of: CommandSpec = spec): string => {
  try {
    readArguments(args, of);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'none';
};

describe('a command line', () => {
  it('has the types of its spec', () => {
    const read: Read<typeof spec> = readArguments(
      ['north', 'south', 'east', '-o', 'a.png', '--share=.5'],
      spec,
    );
    const wall: string = read.arguments.wall;
    const more: string[] = read.arguments.more;
    const share: number | undefined = read.options.share;
    const workers: number | 'auto' = read.options.workers;
    const colour: 'red' | 'blue' | 'darkGreen' = read.options.colour;
    const dryRun: boolean = read.options.dryRun;
    // @ts-expect-error: it has a default, so it is never undefined.
    const isAbsent: undefined = read.options.coats;
    expect({ wall, more, share, workers, colour, dryRun, isAbsent }).toEqual({
      wall: 'north',
      more: ['south', 'east'],
      share: 0.5,
      workers: 'auto',
      colour: 'red',
      dryRun: false,
      isAbsent: 2,
    });
    expect(read.options).toEqual({
      colour: 'red',
      out: 'a.png',
      brushes: undefined,
      coats: 2,
      workers: 'auto',
      share: 0.5,
      shift: undefined,
      port: 3000,
      maxPaint: 10_000_000,
      dryFor: 30_000,
      dryRun: false,
    });
  });

  it.each([
    [['--coats', '0'], { coats: 0 }],
    [['--coats', '1e0'], { coats: 1 }],
    [['--workers', '4'], { workers: 4 }],
    [['--shift', '-2.5'], { shift: -2.5 }],
    [['--shift', '-.5e-3'], { shift: -0.0005 }],
    [['--port', '0'], { port: 0 }],
    [['--max-paint', '1.5MiB'], { maxPaint: 1_572_864 }],
    [['--max-paint', '77'], { maxPaint: 77 }],
    [['--dry-for', '2m'], { dryFor: 120_000 }],
    [['--dry-run'], { dryRun: true }],
    [['--brushes', 'a, b', '--brushes=c'], { brushes: ['a', 'b', 'c'] }],
    [['--colour', 'dark-green'], { colour: 'darkGreen' }],
    [['-o', '-'], { out: '-' }],
    [['--out=--odd'], { out: '--odd' }],
  ])('reads %j', (args, values) => {
    expect(options(...args)).toMatchObject(values);
  });

  it.each([
    [[], 'paint needs WALL: the wall'],
    [[''], 'WALL of paint is an empty text'],
    [['a', '--color', 'red'], "paint has no option '--color'. Did you mean '--colour'?"],
    [['a', '--paint', 'red'], "paint has no option '--paint'. Did you mean '--colour'?"],
    [['a', '--varnish'], "paint has no option '--varnish'. 'steepest paint --help' lists the options."],
    [['a', '-x'], "paint has no option '-x'. 'steepest paint --help' lists the options."],
    [['a', '--maxPaint', '1'], "paint has no option '--maxPaint'. Did you mean '--max-paint'?"],
    [['a', '--colour', 'blu'], "--colour takes one of red, blue, darkGreen, not 'blu'. Did you mean 'blue'?"],
    [['a', '--colour'], '--colour needs one of red, blue, darkGreen'],
    [
      ['a', '--out', '--dry-run'],
      "--out needs a path: for a value that begins with '-' write --out=--dry-run",
    ],
    [['a', '--out='], '--out takes a path, not an empty text'],
    [['a', '--coats', '10'], "--coats takes a whole number from 0 to 9, not '10'"],
    [['a', '--coats', '1.5'], "--coats takes a whole number from 0 to 9, not '1.5'"],
    [['a', '--coats', '0x5'], "--coats takes a whole number from 0 to 9, not '0x5'"],
    [['a', '--coats', '2', '--coats', '3'], '--coats is given twice'],
    [['a', '--workers', '0'], "--workers takes a whole number from 1 on or 'auto', not '0'"],
    [
      ['a', '--workers', 'aut'],
      "--workers takes a whole number from 1 on or 'auto', not 'aut'. Did you mean 'auto'?",
    ],
    [['a', '--share', '1'], "--share takes a number above 0 and below 1, not '1'"],
    [['a', '--share', 'half'], "--share takes a number above 0 and below 1, not 'half'"],
    [['a', '--shift', 'Infinity'], "--shift takes a number, not 'Infinity'"],
    [['a', '--port', '65536'], "--port takes a whole number from 0 to 65,535, not '65536'"],
    [['a', '--max-paint', '1tb'], "--max-paint takes a size such as 512kb or 10mb, not '1tb'"],
    [['a', '--dry-for', '-1s'], "--dry-for takes a time such as 500ms, 30s or 2m, not '-1s'"],
    [['a', '--brushes', 'a,,b'], "--brushes takes names with commas between them, not 'a,,b'"],
    [['a', '--dry-run=yes'], "--dry-run takes no value, not 'yes'"],
  ])('refuses %j', (args, message) => {
    expect(problem(args)).toBe(message);
  });

  it('needs what is required', () => {
    const strict: CommandSpec = {
      ...spec,
      options: { to: { type: 'text', choices: ['onnx'], required: true, help: 'the format' } },
    };
    expect(problem(['a'], strict)).toBe('paint needs --to: the format');
    expect(problem(['a', '--to', 'onnx'], strict)).toBe('none');
  });

  it('keeps every number that is written in decimal, and no other text', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
        expect(options(`--shift=${value}`).shift).toBe(Number(String(value)));
      }),
    );
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const said = problem(['a', `--shift=${text}`]);
        const isDecimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
        expect(said === 'none').toBe(isDecimal);
      }),
    );
  });

  it('never ends in another error than a wrong command line', () => {
    const pieces = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '--',
        '-',
        '--out',
        '-o',
        '--coats',
        '--colour=',
        '--help',
        '--__proto__',
        '--constructor',
      ),
    );
    fc.assert(fc.property(fc.array(pieces), (args) => typeof problem(args) === 'string'));
  });
});

describe('help', () => {
  it('is asked for before -- and before what is passed on', () => {
    expect(asksForHelp(['a', '--coats', '-h'], spec)).toBe(true);
    expect(asksForHelp(['a', '--', '--help'], spec)).toBe(false);
    const passing: CommandSpec = { ...spec, rest: 'its options' };
    expect(asksForHelp(['a', '--help'], passing)).toBe(false);
    expect(asksForHelp(['--help', 'a'], passing)).toBe(true);
    expect(
      readArguments(['--dry-run', 'a', '--help', '--any=1', 'b'], { ...spec, rest: 'its options' }).rest,
    ).toEqual(['--help', '--any=1', 'b']);
  });

  it('says every option with its values and its default', () => {
    const text = commandHelp(spec);
    expect(usageLine(spec)).toBe('steepest paint WALL [MORE…] [options]');
    expect(text).toContain('Paints a wall.');
    for (const line of [
      /^ {2}--colour TEXT +of the paint \(red, blue, darkGreen; default: red\)$/m,
      /^ {2}-o, --out FILE +a picture$/m,
      /^ {2}--workers N +painters \(a number or auto; default: auto\)$/m,
      /^ {2}--share X +of the wall \(above 0 and below 1\)$/m,
      /^ {2}--max-paint SIZE +in the pot \(default: 10mb\)$/m,
      /^ {2}--dry-for TIME +between coats \(default: 30s\)$/m,
      /^ {2}--dry-run +does nothing$/m,
    ]) {
      expect(text).toMatch(line);
    }
  });

  it('belongs to a command, whose code it does not run', async () => {
    const command = defineCommand(spec, async ({ options: { coats } }) => coats);
    expect(command.spec).toBe(spec);
    expect(await command.run(readArguments(['a', '--coats', '7'], spec))).toBe(7);
  });
});
