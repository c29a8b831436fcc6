import { MccError, type PreflightContext } from '@mcc/core';
import type { FileLimit, NativeAddon } from './native.js';
import { numberSetting, type ReadSetting } from './sysctl.js';

/** Files that the process has open besides its connections, generously: Node's own, and a few of each worker. */
const OWN_FILES = 64;
const FILES_PER_WORKER = 16;
/** What is left for them at the least where connections are not files. */
const OWN_FILES_MIN = 32;
/** Direct descriptors of one ring: what the kernel has armed on a ring is in chains that grow with it. */
const TABLE_MAX = 32_768;

type Wanted = Pick<PreflightContext, 'connections' | 'workers' | 'options'>;

/** How many direct descriptors each ring of io_uring holds; 0: the limit of open files suffices for descriptors. */
export function tableSize({ connections, workers, options }: Wanted, { soft }: FileLimit): number {
  if (options['io'] === 'epoll' || soft >= filesWanted(connections, workers)) return 0;
  return Math.min(soft, TABLE_MAX);
}

/**
 * Raises the limit of open files to what `connections` need. Throws MccError when it does not go that far, and direct
 * descriptors of io_uring, which are not counted, do not help.
 */
export function ensureFiles(
  context: Wanted,
  native: Pick<NativeAddon, 'raiseFileLimit' | 'hasDirectDescriptors'>,
  read: ReadSetting,
): void {
  const { connections, workers } = context;
  const wanted = filesWanted(connections, workers);
  const limit = native.raiseFileLimit(wanted);
  const table = tableSize(context, limit);
  if (limit.soft >= wanted) return;
  if (table > 0 && native.hasDirectDescriptors() && limit.soft >= filesWithTables(connections, workers, table)) return;
  throw new MccError('MCC_ERR_FILE_LIMIT', {
    what:
      `${connections.toLocaleString('en-US')} connections need ${wanted.toLocaleString('en-US')} open files, and this ` +
      `process may have ${limit.soft.toLocaleString('en-US')}: ` +
      `${(wanted - limit.soft).toLocaleString('en-US')} are missing.`,
    remedy: `Raise the limit as root, for the shell that starts mcc: ${raiseCommand(wanted, read)}`,
  });
}

function filesWanted(connections: number, workers: number): number {
  return connections + OWN_FILES + workers * FILES_PER_WORKER;
}

/** With tables, only rings are files, and what wakes the first of them. */
function filesWithTables(connections: number, workers: number, table: number): number {
  const rings = Math.ceil(Math.ceil(connections / workers) / table);
  return OWN_FILES_MIN + workers * (FILES_PER_WORKER + rings + 1);
}

/** What to type so that processes started from this shell may open `wanted` files. */
export function raiseCommand(wanted: number, read: ReadSetting): string {
  const most = numberSetting(read, 'fs.nr_open') ?? wanted;
  const prlimit = `sudo prlimit --pid $$ --nofile=${wanted}:${wanted}`;
  return most < wanted ? `sudo sysctl -w fs.nr_open=${wanted} && ${prlimit}` : prlimit;
}
