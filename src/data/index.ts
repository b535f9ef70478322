export { loadMnist, readIdx } from './idx.js';
