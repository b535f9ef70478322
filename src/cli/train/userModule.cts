// A module that the user names. A .cjs file, so that import() stays as it is in the bundle.

/** What a module exports. It is run. */
export const importModule = (address: string): Promise<unknown> => import(address);
