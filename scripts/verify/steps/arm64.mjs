// The installed package under Node.js for Linux on arm64, emulated: NEON kernels, and the same bits as here.
import { checkEqual } from '../lib/check.mjs';
import { underQemu } from '../lib/emulators.mjs';
import { installedFolder } from '../lib/installed.mjs';
import { NODE_ARM64, nodeFor } from '../lib/nodes.mjs';
import { runPrograms } from '../lib/programs.mjs';
import { referenceBits } from '../lib/reference.mjs';

export function verifyArm64() {
  const qemu = underQemu();
  const node = nodeFor('linux-arm64', NODE_ARM64);
  const launch = (...args) => qemu(node, ...args);
  const { bits, isa } = runPrograms(installedFolder(), launch, {
    kind: 'native',
    target: 'linux-arm64',
  });
  checkEqual(isa, 'neon', 'instruction set');
  checkEqual(bits, referenceBits(), 'bits');
  return `Node.js ${NODE_ARM64}, neon, the same bits`;
}
