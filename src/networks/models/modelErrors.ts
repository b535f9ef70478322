import { SteepestError } from '../../core/errors.js';

/** The error for a call that needs a loss. @param what the method */
export const notCompiled = (what: string): SteepestError =>
  new SteepestError('ERR_NOT_COMPILED', {
    expected: `compile() before ${what}()`,
    given: 'a model without loss',
    hint: "Call model.compile({ optimizer: 'adam', loss: … }) first.",
  });

/** The error for a change of a model while a fit trains it. */
export const busy = (): SteepestError =>
  new SteepestError('ERR_BUSY', {
    expected: 'one fit of a model at a time',
    given: 'a call while a fit runs',
    hint: 'Await the fit, or use a second model.',
  });
