import type { CommandSpec } from '../commandSpec.js';

export const exampleSpec = {
  name: 'example',
  summary: 'lists the examples, runs one in this folder, or copies its source',
  details: 'Options after the name are those of the example: `steepest example NAME --help` lists them.',
  arguments: [{ name: 'name', help: 'the example; without it, all are listed', optional: true }],
  options: { copy: { type: 'flag', help: 'after the name: copies its source into the folder NAME' } },
  rest: 'options of the example',
  examples: [
    { command: 'npx steepest example', does: 'lists the examples' },
    { command: 'npx steepest example train', does: 'trains a network on handwritten digits' },
    { command: 'npx steepest example churn --copy', does: 'puts the source of one into the folder churn' },
  ],
  exitCodes: { 1: 'failed, or what else the example returns' },
} as const satisfies CommandSpec;
