import { MccError } from '@mcc/core';
import type { FileLimit } from './native.js';
import { numberSetting, type ReadSetting } from './sysctl.js';

/** Files that the process has open besides its connections: Node's own, and a few of each worker. */
const OWN_FILES = 64;
const FILES_PER_WORKER = 16;

/** Raises the limit of open files to what `connections` need. Throws MccError when it does not go that far. */
export function ensureFiles(
  { connections, workers }: { readonly connections: number; readonly workers: number },
  raise: (wanted: number) => FileLimit,
  read: ReadSetting,
): void {
  const wanted = connections + OWN_FILES + workers * FILES_PER_WORKER;
  const { soft } = raise(wanted);
  if (soft >= wanted) return;
  throw new MccError('MCC_ERR_FILE_LIMIT', {
    what:
      `${connections.toLocaleString('en-US')} connections need ${wanted.toLocaleString('en-US')} open files, and this ` +
      `process may have ${soft.toLocaleString('en-US')}: ${(wanted - soft).toLocaleString('en-US')} are missing.`,
    remedy: `Raise the limit as root, for the shell that starts mcc: ${raiseCommand(wanted, read)}`,
  });
}

/** What to type so that processes started from this shell may open `wanted` files. */
export function raiseCommand(wanted: number, read: ReadSetting): string {
  const most = numberSetting(read, 'fs.nr_open') ?? wanted;
  const prlimit = `sudo prlimit --pid $$ --nofile=${wanted}:${wanted}`;
  return most < wanted ? `sudo sysctl -w fs.nr_open=${wanted} && ${prlimit}` : prlimit;
}
