export { stepFlops } from '#steepest/cli/bench/limit.js';
