// How a stack builds its addon into build/Release: the whole of its build-native.mjs but what is the stack's own. Plain
// JavaScript, so that it works before anything is built.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/**
 * Builds the addon of the stack whose build-native.mjs calls with its `import.meta.url`, and ends the process. With
 * --install (npm's install script): only where there is no addon that loads, and not in the monorepo, where nx builds it.
 * `obstacle` returns why there is nothing to build, which is said, and no failure. An addon that is `optional` does not
 * break the installation of others either.
 */
export function buildAddon(url, { obstacle = () => undefined, optional = false } = {}) {
  const home = dirname(fileURLToPath(url));
  const installing = process.argv.includes('--install');
  if (installing && (existsSync(join(home, '../../nx.json')) || loads(home))) process.exit(0);

  const reason = obstacle();
  if (reason !== undefined) {
    console.error(reason);
    process.exit(0);
  }

  /** Node's own headers, so that none need to be downloaded. */
  const prefix = dirname(dirname(process.execPath));
  const nodedir = existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : [];
  const gyp = require.resolve('node-gyp/bin/node-gyp.js');
  const jobs = process.env.JOBS ?? '2';
  const { status } = spawnSync(process.execPath, [gyp, 'configure', 'build', `--jobs=${jobs}`, ...nodedir], {
    cwd: home,
    stdio: 'inherit',
  });
  process.exit(optional && installing ? 0 : (status ?? 1));
}

function loads(home) {
  try {
    require('node-gyp-build')(home);
    return true;
  } catch {
    return false;
  }
}
