import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = dirname(dirname(fileURLToPath(import.meta.url)));
export const root = dirname(dirname(here));
/** Downloads and packages; nothing in it is kept in the repository. */
export const work = join(root, 'build', 'verify');
export const prebuilds = join(root, 'prebuilds');
