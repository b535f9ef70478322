/**
 * A wrong command line. Its message is printed with how the command is used, and the exit code is 2.
 * For values that the table of options cannot check; nothing may have been done yet.
 */
export class UsageError extends Error {}
