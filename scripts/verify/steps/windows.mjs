// The installed package under Node.js for Windows in Wine, also when its executable has another name.
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkEqual } from '../lib/check.mjs';
import { underWine } from '../lib/emulators.mjs';
import { installedFolder } from '../lib/installed.mjs';
import { NODE_WINDOWS, nodeFor } from '../lib/nodes.mjs';
import { runPrograms } from '../lib/programs.mjs';
import { referenceBits } from '../lib/reference.mjs';

export function verifyWindows() {
  const wine = underWine();
  const node = nodeFor('win-x64', NODE_WINDOWS);
  const renamed = join(dirname(node), 'trainer.exe');
  copyFileSync(node, renamed);
  for (const executable of [node, renamed]) {
    // Node.js cannot open Wine's pipes, and the programs write to a file anyway.
    const launch = (...args) => ({ ...wine(executable, ...args), stdio: 'ignore' });
    const { bits } = runPrograms(installedFolder(), launch, { kind: 'native', target: 'win32-x64' });
    checkEqual(bits, referenceBits(), `bits under ${executable}`);
  }
  return `Node.js ${NODE_WINDOWS} as node.exe and as trainer.exe, the same bits`;
}
