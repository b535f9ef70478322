// What every platform is compared with: the same programs on this machine.
import { installedFolder } from './installed.mjs';
import { direct, runPrograms } from './programs.mjs';

export const hostTarget = `${process.platform}-${process.arch}`;

let bits;

/** The hash of the trained parameters on this machine's native kernels. */
export function referenceBits() {
  bits ??= runPrograms(installedFolder(), direct(process.execPath), {
    kind: 'native',
    target: hostTarget,
  }).bits;
  return bits;
}
