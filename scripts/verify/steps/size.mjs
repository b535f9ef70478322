// What is in the package, and how large it is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mismatches } from '../../prebuild/sums.mjs';
import { prebuildFile, TARGETS } from '../../prebuild/targets.mjs';
import { check, checkEqual, run } from '../lib/check.mjs';
import { packed } from '../lib/installed.mjs';
import { prebuilds, root } from '../lib/places.mjs';

const MOST_PACKED = 4e6;
const MOST_UNPACKED = 11.5e6;
const MOST_DEPENDENCIES = 3;
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];
/** What only a checkout needs. */
const UNWANTED = /binding\.gyp|\.(cc|h|inl|cts|map)$|^(src|native|test|bench|scripts|build)\/|(?<!\.d)\.ts$/;

export function verifySize() {
  const output = run('npm', ['pack', '--dry-run', '--json'], { cwd: root });
  const [{ size, unpackedSize, files }] = Object.values(JSON.parse(output));
  check(size <= MOST_PACKED, `packed ${size} bytes, more than ${MOST_PACKED}`);
  check(unpackedSize <= MOST_UNPACKED, `unpacked ${unpackedSize} bytes, more than ${MOST_UNPACKED}`);
  const paths = files.map(({ path }) => path);
  const missing = TARGETS.filter((target) => !paths.includes(`prebuilds/${prebuildFile(target)}`));
  checkEqual(
    missing.map(({ name }) => name),
    [],
    'targets without a binary',
  );
  checkEqual(
    mismatches(TARGETS, prebuilds, join(prebuilds, 'SHA256SUMS')),
    [],
    'binaries that differ from SHA256SUMS',
  );
  const unwanted = paths.filter((path) => UNWANTED.test(path) && !path.endsWith('.d.cts'));
  checkEqual(unwanted, [], 'files that nobody needs');
  const { scripts, dependencies, gypfile } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  checkEqual(gypfile, false, 'gypfile');
  checkEqual(
    INSTALL_SCRIPTS.filter((name) => scripts[name] !== undefined),
    [],
    'install scripts',
  );
  const count = Object.keys(dependencies).length;
  check(count <= MOST_DEPENDENCIES, `${count} dependencies, more than ${MOST_DEPENDENCIES}`);
  check(packed().endsWith('.tgz'), 'no tarball');
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
  return `${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked, ${paths.length} files, ${count} dependencies`;
}
