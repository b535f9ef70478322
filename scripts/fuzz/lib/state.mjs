/** What a child process knows of its files, as text that is overwritten in place. */

/** Texts of different lengths follow each other in one file. */
const END = '\n';
/** The exit code of a child that failed before or after reading, not in it. */
export const OWN_FAULT = 3;

export const emptyState = (next = 0) => ({
  next,
  files: 0,
  outcomes: {},
  slowestMs: 0,
  slowest: undefined,
  peakBytes: 0,
  faults: [],
});

export const stateText = (state) => `${JSON.stringify(state)}${END}`;

/** @returns undefined where none stands, or one is half written */
export function stateOf(text) {
  try {
    return JSON.parse(text.slice(0, text.indexOf(END)));
  } catch {
    return undefined;
  }
}
