interface Warning<A extends unknown[]> {
  /** `STEEPEST_…`, which programs can filter by (docs/errors.md). */
  code: string;
  /** The message, from what the first call passes. */
  message: (...about: A) => string;
}

/** A warning that is emitted once per program, because every later call would repeat it. */
export function warnOnce<A extends unknown[]>({ code, message }: Warning<A>): (...about: A) => void {
  let hasWarned = false;
  return (...about) => {
    if (hasWarned) return;
    hasWarned = true;
    process.emitWarning(message(...about), { type: 'SteepestWarning', code });
  };
}
