// Every suite has one line here and one file beside this one. See bench/README.md.

/**
 * In the order in which the README, docs/benchmarks.md and the page show them: what users do
 * (training, prediction, estimators) comes first, what it is made of comes last.
 * `peers`: run by `npm run bench:peers`; the others by `npm run bench`. `subject`: what a row is
 * about, where it stands without the suite's title and does not say so itself.
 */
export const SUITES = [
  {
    name: 'mnist',
    peers: true,
    subject: '784-128-10, batch 128, Adam',
    load: () => import('./mnist.mjs'),
  },
  { name: 'convnets', peers: true, load: () => import('./convnets.mjs') },
  { name: 'steps', peers: true, subject: 'a step', load: () => import('./steps.mjs') },
  { name: 'leastSquares', peers: true, load: () => import('./leastSquares.mjs') },
  { name: 'penalized', peers: true, load: () => import('./penalized.mjs') },
  { name: 'logistic', peers: true, load: () => import('./logistic.mjs') },
  {
    name: 'timeToObjective',
    peers: true,
    subject: 'LogisticRegression',
    load: () => import('./timeToObjective.mjs'),
  },
  {
    name: 'mnistObjective',
    peers: true,
    subject: 'LogisticRegression',
    load: () => import('./mnistObjective.mjs'),
  },
  { name: 'training', peers: false, load: () => import('./training.mjs') },
  { name: 'kernels', peers: false, load: () => import('./kernels.mjs') },
  { name: 'gemm', peers: true, subject: 'sgemm', load: () => import('./gemm.mjs') },
];
