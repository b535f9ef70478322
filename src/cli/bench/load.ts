/** How much of the machine's time this process got, and how much others did. */
import os from 'node:os';

/** Seconds since some moment: of the clock, of this process on a core, and of all processes. */
export interface Load {
  wall: number;
  own: number;
  /** Undefined where the system counts other cores than those that this process may use. */
  all: number | undefined;
}

/** Counts from now on. */
export function startLoad(): () => Load {
  const [wall, used, all] = [performance.now(), process.cpuUsage(), secondsOfAll()];
  return () => {
    const { user, system } = process.cpuUsage(used);
    const now = secondsOfAll();
    return {
      wall: (performance.now() - wall) / 1e3,
      own: (user + system) / 1e6,
      all: now === undefined || all === undefined ? undefined : now - all,
    };
  };
}

/** Seconds that all cores have computed since the system started. */
function secondsOfAll(): number | undefined {
  const cpus = os.cpus();
  if (cpus.length !== os.availableParallelism()) return undefined;
  return cpus.reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / 1e3;
}

/** The share of all cores' time that other processes took, 0 to 1; undefined if it is not known. */
export function shareOfOthers({ wall, own, all }: Load, cores: number): number | undefined {
  return all === undefined ? undefined : Math.max(0, all - own) / (wall * cores);
}
