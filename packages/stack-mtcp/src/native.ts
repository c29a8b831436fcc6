import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MccError } from '@mcc/core';
import type { NativeStack } from '@mcc/engine';

/** The whole boundary to native/addon: the engine's own functions, and what only native code knows. */
export interface NativeAddon extends NativeStack {
  /** Names of the stack's counters, in the order in which it publishes them. */
  counterNames(): string[];
  /** Names of what it has a bounded number of, likewise. */
  limitNames(): string[];
  /** DPDK's version, such as 22.11.11. */
  dpdkVersion(): string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
let addon: NativeAddon | undefined;

/** Loads the addon, once. Throws MccError. */
export function native(): NativeAddon {
  addon ??= load();
  return addon;
}

function load(): NativeAddon {
  const require = createRequire(import.meta.url);
  try {
    return (require('node-gyp-build') as (root: string) => NativeAddon)(root);
  } catch (cause) {
    if (!existsSync(`${root}build/Release/stack_mtcp.node`)) throw notBuilt(cause);
    throw new MccError('MCC_ERR_NATIVE', {
      what: `The native module of @mcc/stack-mtcp does not load: ${firstLine(cause)}`,
      remedy: INSTALL,
      cause,
    });
  }
}

/** In a checkout the whole tree is built; npm builds what it has installed. */
const BUILD = existsSync(`${root}../../nx.json`) ? 'npm run build' : 'npm rebuild @mcc/stack-mtcp';
const INSTALL = `Install DPDK and build: sudo apt-get install -y libdpdk-dev && ${BUILD}`;

function notBuilt(cause: unknown): MccError {
  return new MccError('MCC_ERR_NATIVE', {
    what: '--stack mtcp is not built, for DPDK was not there when MCC was installed.',
    remedy: INSTALL,
    cause,
  });
}

function firstLine(cause: unknown): string {
  return String(cause instanceof Error ? cause.message : cause).split('\n', 1)[0] ?? '';
}
