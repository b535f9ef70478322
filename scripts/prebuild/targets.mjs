// What `npm run prebuild` builds: the one list of targets. src/kernels/addon.cts names the same files
// (test/package/targets.test.ts compares the two), docs/install.md describes them.
//
// A target is in `package.json#files` as prebuilds/<platform>-<arch>/steepest.node, which is how
// prebuildify names it.

/** GCC and released clang imply 512-bit registers in `avx512f`; zig turns them off unless told. No CPU needs to have them. */
const X64_CPU = 'x86_64+evex512';
const ARM64_CPU = 'baseline';

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {'linux' | 'darwin' | 'win32'} platform as in process.platform
 * @property {'x64' | 'arm64'} arch as in process.arch
 * @property {string} zig the compiler's name for it, with the oldest system that it runs on
 * @property {string} cpu what code outside the kernels' target regions may use
 */

/** @type {readonly Target[]} */
export const TARGETS = [
  // For glibc and musl: zig-gyp.mjs links no C library. musl's headers declare functions under
  // their plain names.
  { platform: 'linux', arch: 'x64', zig: 'x86_64-linux-musl', cpu: X64_CPU },
  { platform: 'linux', arch: 'arm64', zig: 'aarch64-linux-musl', cpu: ARM64_CPU },
  { platform: 'darwin', arch: 'x64', zig: 'x86_64-macos.11.0', cpu: X64_CPU },
  { platform: 'darwin', arch: 'arm64', zig: 'aarch64-macos.11.0', cpu: 'apple_m1' },
  { platform: 'win32', arch: 'x64', zig: 'x86_64-windows-gnu', cpu: X64_CPU },
  { platform: 'win32', arch: 'arm64', zig: 'aarch64-windows-gnu', cpu: ARM64_CPU },
].map((target) => ({
  name: `${target.platform}-${target.arch}`,
  ...target,
}));

/** The path of a target's binary inside prebuilds/. */
export function prebuildFile({ name }) {
  return `${name}/steepest.node`;
}

/**
 * The targets with these names, or all.
 * @throws Error for a name that is not in the list
 */
export function targetsNamed(names) {
  if (names.length === 0) return TARGETS;
  return names.map((name) => {
    const found = TARGETS.find((target) => target.name === name);
    if (found === undefined) {
      throw new Error(`No target '${name}'. There are: ${TARGETS.map((target) => target.name).join(', ')}`);
    }
    return found;
  });
}
