import type { Command } from './commandSpec.js';
import { doctorCommand } from './doctor/command.js';
import { exampleCommand } from './example/command.js';
import { inspectCommand } from './inspect/command.js';

/**
 * The table of commands, in the order in which one needs them. `--help`, README's section and
 * docs/command.md come from it; after a change: node scripts/docs/command.mjs
 */
export const COMMANDS: readonly Command[] = [inspectCommand, doctorCommand, exampleCommand];
