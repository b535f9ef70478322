import { Collectives } from './collectives.js';
import type { Link } from './link.js';

/** A cluster of one rank, without a transport or a thread. */
const LINK: Link = {
  rank: 0,
  size: 1,
  library: 'none',
  prepare: () => ({ run: () => undefined, release: () => undefined }),
  abort: () => undefined,
  close: () => undefined,
};

export const callsAlone = (): Collectives => new Collectives(LINK);
