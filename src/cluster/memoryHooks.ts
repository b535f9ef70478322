/**
 * UCX carries the messages of MPICH, and those of Open MPI on fast networks. To know which memory
 * is still there, it rewrites `mmap`, `brk` and similar functions of the C library when MPI starts.
 * The other threads of Node.js use them at that moment: under MPICH 4.0.2, 3 of 85 jobs of four ranks
 * ended with a segmentation fault in V8. Without these events UCX registers long messages with the
 * network each time, which MPI does without on a machine and over TCP.
 */
const WITHOUT_EVENTS = { UCX_MEM_EVENTS: 'n', UCX_MEM_MMAP_HOOK_MODE: 'none' } as const;

/**
 * Keeps UCX from rewriting functions, unless the user's variables say otherwise. UCX reads them when
 * it is loaded, from the variables of the process: those of a Worker are a copy.
 */
export function keepMemoryHooksOff(env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(WITHOUT_EVENTS)) env[name] ??= value;
}
