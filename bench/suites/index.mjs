// Every suite has one line here and one file beside this one. See bench/README.md.

/** `peers`: run by `npm run bench:peers`; the others by `npm run bench`. */
export const SUITES = [
  { name: 'kernels', peers: false, load: () => import('./kernels.mjs') },
  { name: 'training', peers: false, load: () => import('./training.mjs') },
  { name: 'gemm', peers: true, load: () => import('./gemm.mjs') },
  { name: 'steps', peers: true, load: () => import('./steps.mjs') },
  { name: 'mnist', peers: true, load: () => import('./mnist.mjs') },
  { name: 'convnets', peers: true, load: () => import('./convnets.mjs') },
  { name: 'leastSquares', peers: true, load: () => import('./leastSquares.mjs') },
  { name: 'penalized', peers: true, load: () => import('./penalized.mjs') },
  { name: 'logistic', peers: true, load: () => import('./logistic.mjs') },
  { name: 'timeToObjective', peers: true, load: () => import('./timeToObjective.mjs') },
  { name: 'mnistObjective', peers: true, load: () => import('./mnistObjective.mjs') },
];
