/**
 * What a command takes, as plain data. One table of these gives the reading of the command line
 * with its types, `--help`, README's section and docs/command.md. Each is in a file
 * NAME/command.ts that imports no more than options in common (commandOptions.ts), so that
 * `steepest --help` loads no other code.
 */

interface OptionBase {
  /** One phrase for the help text, without a full stop. */
  readonly help: string;
  /** One letter: `-o`. */
  readonly short?: string;
  /** The value's name in the help text: `FILE`. */
  readonly placeholder?: string;
  /** The command line is wrong without it. */
  readonly required?: true;
}

/**
 * An option by the type of its value.
 * - `text`: any text, or one of `choices`
 * - `path`: a file or folder; `-` for stdin or stdout, if the command allows it
 * - `list`: texts with commas between them; several options add up
 * - `count`: a whole number from 1 on, or in `range`; or one of `words`
 * - `number`: a finite number, in `range`
 * - `port`: a whole number up to 65,535; 0 lets the system choose
 * - `bytes`: a size such as `512kb`, `10mb` or a number of bytes
 * - `duration`: a time such as `500ms`, `30s`, `2m`; in milliseconds when read
 * - `flag`: given or not
 */
export type OptionSpec =
  | (OptionBase & { readonly type: 'text'; readonly choices?: readonly string[]; readonly default?: string })
  | (OptionBase & { readonly type: 'path'; readonly default?: string })
  | (OptionBase & { readonly type: 'list' })
  | (OptionBase & {
      readonly type: 'count';
      readonly range?: Range;
      readonly words?: readonly string[];
      readonly default?: number | string;
    })
  | (OptionBase & {
      readonly type: 'number';
      readonly range?: Range;
      /** Whether the ends of the range are outside of it. */
      readonly open?: true;
      readonly default?: number;
    })
  | (OptionBase & { readonly type: 'port'; readonly default?: number })
  | (OptionBase & { readonly type: 'bytes' | 'duration'; readonly default?: number })
  | (OptionBase & { readonly type: 'flag' });

/** The smallest and the largest value. */
export type Range = readonly [least: number, most: number];

export interface ArgumentSpec {
  /** In lower case; the help text shows it in capitals. */
  readonly name: string;
  readonly help: string;
  readonly optional?: true;
  /** The last one may take several values. */
  readonly many?: true;
}

export interface ExampleSpec {
  /** As one types it: `npx steepest …`. */
  readonly command: string;
  /** A phrase. */
  readonly does: string;
}

export interface CommandSpec {
  readonly name: string;
  /** A phrase of at most 80 characters, without a full stop. */
  readonly summary: string;
  /** Sentences, for the help of this command. */
  readonly details?: string;
  readonly arguments: readonly ArgumentSpec[];
  /** By name in camel case: `maxBody` is `--max-body`. */
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Names that other tools have for options, mapped to ours. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** What follows the first argument goes on unread, and is this. */
  readonly rest?: string;
  readonly examples: readonly ExampleSpec[];
  /** What its exit codes mean, where that is not as everywhere (see exitCodes.ts). */
  readonly exitCodes?: Readonly<Record<number, string>>;
}

type Word<O> = O extends { readonly words: readonly (infer W)[] } ? W : never;

/** The value of an option that is given. */
type GivenValue<O extends OptionSpec> = O extends { readonly choices: readonly (infer C)[] }
  ? C
  : O['type'] extends 'text' | 'path'
    ? string
    : O['type'] extends 'list'
      ? string[]
      : O['type'] extends 'flag'
        ? boolean
        : number | Word<O>;

/** Options without a default may be absent; a flag is then false. */
type OptionValue<O extends OptionSpec> = O extends
  | { readonly type: 'flag' }
  | { readonly required: true }
  | { readonly default: string | number }
  ? GivenValue<O>
  : GivenValue<O> | undefined;

type ArgumentValue<A> = A extends { readonly many: true }
  ? string[]
  : A extends { readonly optional: true }
    ? string | undefined
    : string;

/** A command line that was read: everything in its own type. */
export interface Read<S extends CommandSpec> {
  readonly arguments: {
    readonly [A in S['arguments'][number] as A['name']]: ArgumentValue<A>;
  };
  readonly options: { readonly [K in keyof S['options']]: OptionValue<S['options'][K]> };
  /** What follows the first argument, if the command passes it on; else empty. */
  readonly rest: readonly string[];
}

/** A command line that was read by any spec. */
export interface ReadAny {
  readonly arguments: Readonly<Record<string, string | string[] | undefined>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly rest: readonly string[];
}

/** A command in the table: its spec, and what loads its code and runs it. */
export interface Command {
  readonly spec: CommandSpec;
  /** @returns the exit code */
  run(args: ReadAny): Promise<number>;
}

/** A row of the table (commands.ts). `run` imports the command's code when it is called. */
export function defineCommand<const S extends CommandSpec>(
  spec: S,
  run: (args: Read<S>) => Promise<number>,
): Command {
  // What is read by a spec has the types of that spec.
  return { spec, run: run as unknown as Command['run'] };
}
