// The pages of the site, in the order of its sidebar: each is a file docs/NAME.md. To add a page,
// write the file and name it here; `npm test` fails if one is missing.
export const pages = [
  {
    text: 'Guides',
    pages: [
      'install',
      'tables',
      'data',
      'networks',
      'streams',
      'estimators',
      'preprocessing',
      'linear-models',
      'selection',
      'serving',
      'threads',
      'exchange',
      'migration',
    ],
  },
  {
    text: 'Reference',
    pages: ['command', 'errors', 'benchmarks', 'glossary'],
  },
  {
    text: 'Inside',
    pages: ['math', 'architecture'],
  },
];
