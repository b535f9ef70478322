// The checksums of the prebuilt binaries, in the format of sha256sum: `cd prebuilds && sha256sum -c SHA256SUMS`.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prebuildFile, TARGETS } from './targets.mjs';

const SUMS = 'SHA256SUMS';

function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Writes SHA256SUMS for every binary that is in the folder. */
export function writeSums(folder) {
  const files = TARGETS.map(prebuildFile).filter((file) => existsSync(join(folder, file)));
  const lines = files.map((file) => `${sha256(join(folder, file))}  ${file}\n`);
  writeFileSync(join(folder, SUMS), lines.join(''));
}

/** @returns {Map<string, string>} checksum by file */
export function readSums(file) {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return new Map(lines.map((line) => line.split('  ').reverse()));
}

/** Names of the targets whose binaries in `folder` are not those that `sumsFile` lists. */
export function mismatches(targets, folder, sumsFile) {
  const sums = readSums(sumsFile);
  const differs = (target) => {
    const file = join(folder, prebuildFile(target));
    return !existsSync(file) || sums.get(prebuildFile(target)) !== sha256(file);
  };
  return targets.filter(differs).map((target) => target.name);
}
