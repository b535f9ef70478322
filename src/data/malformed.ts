/** What checks of a file's inside throw: what is wrong. Whoever reads the file names it. */
export class Malformed extends Error {}
