// Packages that users install only if they need them. By `require` where they can be: test runners that run modules in a realm
// of their own, such as Jest, refuse `import()`.

import vm = require('node:vm');

export const loadApacheArrow = (): unknown => require('apache-arrow');

/** What `import()` fails with in a script that `node:vm` compiled without a loader. */
const NO_LOADER: readonly unknown[] = [
  'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING',
  'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG',
];

/** hyparquet, an ES module, which `require` can load from Node.js 20.19 on only. */
export async function loadHyparquet(): Promise<unknown> {
  try {
    return await import('hyparquet');
  } catch (error) {
    if (!NO_LOADER.includes((error as NodeJS.ErrnoException | undefined)?.code)) throw error;
    return await importInMainRealm('hyparquet', error);
  }
}

/** `import()` by Node.js's own loader from within such a script. Node.js 20.12 or later. */
async function importInMainRealm(name: string, refused: unknown): Promise<unknown> {
  const loader = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  if (loader === undefined) throw refused;
  const script = new vm.Script('(name) => import(name)', {
    filename: __filename,
    importModuleDynamically: loader,
  });
  return await (script.runInThisContext() as (name: string) => Promise<unknown>)(name);
}
