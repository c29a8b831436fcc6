// Builds the addon into build/Release. Without DPDK there is nothing to build: one sentence says so, and everything else
// works. With --install (npm's install script): only where there is no addon that loads, and not in the monorepo, where
// nx builds it.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

function loads() {
  try {
    require('node-gyp-build')(here);
    return true;
  } catch {
    return false;
  }
}

const installing = process.argv.includes('--install');
if (installing && (existsSync(join(here, '../../nx.json')) || loads())) process.exit(0);

if (require('./native/find-dpdk.cjs').version() === undefined) {
  console.error('@mcc/stack-mtcp: DPDK 22.11 or newer is not installed (libdpdk-dev), so --stack mtcp is not built.');
  process.exit(0);
}

/** Node's own headers, so that none need to be downloaded. */
const prefix = dirname(dirname(process.execPath));
const nodedir = existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : [];
const gyp = require.resolve('node-gyp/bin/node-gyp.js');
const jobs = process.env.JOBS ?? '2';
const { status } = spawnSync(process.execPath, [gyp, 'configure', 'build', `--jobs=${jobs}`, ...nodedir], {
  cwd: here,
  stdio: 'inherit',
});
// An optional package must not break the installation of the others.
process.exit(installing ? 0 : (status ?? 1));
