/**
 * Options that several commands have, in the same words. They are parts of specs (commandSpec.ts),
 * so this file loads no other code either.
 */

import type { OptionSpec } from './commandSpec.js';
import { DATA_FORMATS } from './data/formatNames.js';

/** Every seed of the package. */
export const SEED_RANGE = [0, 2 ** 32 - 1] as const;

/** Of commands that print a result. */
export const JSON_OPTION = { type: 'flag', help: 'prints one JSON object' } as const satisfies OptionSpec;

/** Of commands that read CSV. */
export const ENCODING_OPTION = {
  type: 'text',
  placeholder: 'NAME',
  help: 'of CSV that is not UTF-8: windows-1252',
} as const satisfies OptionSpec;

/** How the argument DATA of a command with a model is read. */
export const DATA_OPTIONS = {
  format: {
    type: 'text',
    choices: DATA_FORMATS,
    placeholder: 'FORMAT',
    help: 'the format of DATA, where its ending does not say it',
  },
  encoding: ENCODING_OPTION,
} as const satisfies Record<string, OptionSpec>;

/** Of commands that compare a model with known answers. */
export const TARGET_OPTION = {
  type: 'text',
  short: 't',
  placeholder: 'NAME',
  help: 'the column with the answers; otherwise the one that train predicted',
} as const satisfies OptionSpec;

/** What other tools call a target. */
export const TARGET_ALIASES = { y: 'target', label: 'target' } as const;
