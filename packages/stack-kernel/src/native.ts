import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MccError } from '@mcc/core';
import type { NativeStack } from '@mcc/engine';

/** The whole boundary to native/addon.cc: the engine's own functions, and what only native code can find out. */
export interface NativeAddon extends NativeStack {
  /**
   * Raises RLIMIT_NOFILE to `wanted`, or as near as the process is permitted, and returns the limits then in force.
   * Never lowers; 0 asks for nothing.
   */
  raiseFileLimit(wanted: number): FileLimit;
  /** '' when io_uring can be used, otherwise the kernel's reason; null when the addon was built without it. */
  tryUring(): string | null;
  /** Whether sockets can be direct descriptors of io_uring, which the limit of open files does not count. */
  hasDirectDescriptors(): boolean;
  /** The numbers of the stats block and the error table, as C++ has them. */
  layout(): Readonly<Record<string, number>>;
}

export interface FileLimit {
  readonly soft: number;
  readonly hard: number;
}

/** Names of the stack's counters, in the order of native/counters.hpp. */
export const COUNTERS = ['waits', 'shortSends', 'receiveBufferWaits', 'acceptPauses', 'lingerTimeouts'] as const;

let addon: NativeAddon | undefined;

/** Loads the addon, once. Throws MccError. */
export function native(): NativeAddon {
  if (addon === undefined) {
    const require = createRequire(import.meta.url);
    try {
      const load = require('node-gyp-build') as (root: string) => NativeAddon;
      addon = load(fileURLToPath(new URL('..', import.meta.url)));
    } catch (cause) {
      throw new MccError('MCC_ERR_NATIVE', {
        what: `The native module of @mcc/stack-kernel does not load: ${firstLine(cause)}`,
        remedy: 'Build it: npm rebuild @mcc/stack-kernel (it needs a C++20 compiler and make).',
        cause,
      });
    }
  }
  return addon;
}

function firstLine(cause: unknown): string {
  return String(cause instanceof Error ? cause.message : cause).split('\n', 1)[0] ?? '';
}
