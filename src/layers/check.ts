export {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkKeys,
  checkList,
  checkNumber,
  checkObject,
} from '../core/check.js';
