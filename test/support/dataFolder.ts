import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where a file or folder of real data lies that is not part of the repository: in the folder that
 * the variable STEEPEST_DATA names. Undefined where it is not at hand.
 */
export function realData(...path: string[]): string | undefined {
  const root = process.env.STEEPEST_DATA;
  const place = root === undefined ? undefined : join(root, ...path);
  return place !== undefined && existsSync(place) ? place : undefined;
}
