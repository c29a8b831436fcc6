'use strict';
// Prints how to compile and link DPDK, for binding.gyp: `node native/find-dpdk.cjs cflags|libs`. Exits with 1 where
// pkg-config knows no libdpdk: build-native.mjs asks first, and skips the build then.

const { spawnSync } = require('node:child_process');

/** Of all that DPDK links, what the port uses; the drivers are loaded by DPDK itself. */
const LIBRARIES = ['eal', 'ethdev', 'mbuf', 'mempool', 'ring'];
const VERSION_MIN = '22.11';

const pkgConfig = (...args) => spawnSync('pkg-config', args, { encoding: 'utf8' });

/** DPDK's version, or undefined where it is missing or too old. */
function version() {
  const { status, stdout } = pkgConfig('--modversion', `libdpdk >= ${VERSION_MIN}`);
  return status === 0 ? stdout.trim() : undefined;
}

function cflags() {
  // Its headers are not ours to warn about.
  return pkgConfig('--cflags', 'libdpdk')
    .stdout.trim()
    .split(/\s+/)
    .map((flag) => flag.replace(/^-I/, '-isystem'))
    .join(' ');
}

function libs() {
  const folders = pkgConfig('--libs-only-L', 'libdpdk').stdout.trim();
  return `${folders} ${LIBRARIES.map((name) => `-lrte_${name}`).join(' ')}`.trim();
}

module.exports = { version, cflags, libs };

if (require.main === module) {
  if (version() === undefined) process.exit(1);
  console.log(process.argv[2] === 'libs' ? libs() : cflags());
}
