// The pages of the site, in the order of its sidebar: each is a file docs/NAME.md. To add a page,
// write the file and name it here; `npm test` fails if one is missing.
export const pages = [
  { text: 'Start', pages: ['quick-start', 'install', 'train', 'command', 'migration'] },
  {
    text: 'Guides',
    pages: [
      'tables',
      'networks',
      'images',
      'streams',
      'charts',
      'report',
      'serving',
      'cluster',
      'reproducibility',
      'deployment',
      'exchange',
    ],
  },
  {
    text: 'Reference',
    pages: [
      'api',
      'data',
      'estimators',
      'preprocessing',
      'linear-models',
      'selection',
      'threads',
      'errors',
      'limitations',
      'benchmarks',
      'glossary',
    ],
  },
  { text: 'Inside', pages: ['math', 'architecture'] },
];
