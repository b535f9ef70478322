export { checkBoolean, checkInteger, checkKeys, checkNumber } from '../core/check.js';
