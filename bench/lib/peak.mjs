// Peak memory of this process.
import { readFileSync } from 'node:fs';

/** Peak resident bytes. On Linux `maxRSS` would do, but a child inherits its parent's; VmHWM is the process's own. */
export function peakBytes() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
