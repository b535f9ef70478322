/** Thrown by checks of a file's content, with the fault. The caller adds the file's name. */
export class Malformed extends Error {}
