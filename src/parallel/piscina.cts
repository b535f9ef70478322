/**
 * The thread pools' package, not before the first fit: it is half of what importing this package
 * would cost. By `require`, and in both builds, because some test runners refuse `import()`.
 */
export const loadPiscina = (): typeof import('piscina') => require('piscina');
