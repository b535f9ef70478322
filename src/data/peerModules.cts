// Packages that users install only if they need them. By `require` where they can be: test runners
// that run modules in a realm of their own, such as Jest, refuse `import()`.

import vm = require('node:vm');

export const loadApacheArrow = (): unknown => require('apache-arrow');

export const loadSharp = (): unknown => require('sharp');

/** hyparquet, an ES module, which `require` can load from Node.js 20.19 on only. */
export async function loadHyparquet(): Promise<unknown> {
  try {
    return await import('hyparquet');
  } catch (error) {
    // Jest has no loader for a script's import(); that of vitest's vm pools stumbles over packages.
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ERR_MODULE_NOT_FOUND') throw error;
    return await importInMainRealm('hyparquet').catch(() => {
      throw error;
    });
  }
}

/**
 * `import()` by Node.js's own loader, from within a script
 * that `node:vm` compiled with another one or none.
 */
async function importInMainRealm(name: string): Promise<unknown> {
  // Node.js 20.12 or later.
  const loader = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new vm.Script('(name) => import(name)', {
    filename: __filename,
    importModuleDynamically: loader,
  });
  return await (script.runInThisContext() as (name: string) => Promise<unknown>)(name);
}
