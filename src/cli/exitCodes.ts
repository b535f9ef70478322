/** Exit codes of the command, as in most Unix programs. */
export const EXIT = {
  done: 0,
  /** It did not work: stderr says why. Or it found a problem, as `doctor` does. */
  failed: 1,
  /** The command line is wrong. Nothing was done. */
  usage: 2,
  /** Stopped by Ctrl-C or another signal. */
  stopped: 130,
  /** The reader of stdout went away: `steepest … | head`. The code of a program that SIGPIPE ends. */
  closedPipe: 141,
} as const;

/** In the help of every command. */
export const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  [EXIT.done]: 'done',
  [EXIT.failed]: 'failed; stderr says why',
  [EXIT.usage]: 'the command line is wrong',
  [EXIT.stopped]: 'stopped by Ctrl-C',
};
