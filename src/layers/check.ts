export { checkBoolean, checkInteger, checkKeys, checkNumber } from '../core/check.js';

/** An option, or its default where it is left out. null is a value, and a wrong one. */
export const orDefault = <T>(given: T | undefined, usual: T): T => (given === undefined ? usual : given);
