// ES modules: in Jest with NODE_OPTIONS=--experimental-vm-modules, and in vitest.
import * as steepest from 'steepest';
import * as kernels from 'steepest/kernels';
import { define } from './cases.cjs';
import { runner } from './runner.mjs';

define({ steepest, kernels, ...runner });
