import { readFileSync } from 'node:fs';

/** Memory for connections is set aside at the start: no more of it than this without being asked. */
const CONNECTIONS_MAX = 1_000_000;
/** Files that are open besides the connections, generously. */
const OTHER_FILES = 256;
const FILES_PER_WORKER = 32;
/** Number of the capability that lets a process raise its own limits: capabilities(7). */
const CAP_SYS_RESOURCE = 24n;

export type ReadText = (path: string) => string;

/** How many connections a server accepts at most when nobody says: as many as it may have files open. */
export function serveCapacity(workers: number, read: ReadText = readText): number {
  const files = mayRaiseLimits(read) ? settingOf(read('/proc/sys/fs/nr_open')) : hardLimit(read);
  return Math.max(1, Math.min(CONNECTIONS_MAX, files - OTHER_FILES - workers * FILES_PER_WORKER));
}

function mayRaiseLimits(read: ReadText): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> CAP_SYS_RESOURCE) & 1n) === 1n;
}

function hardLimit(read: ReadText): number {
  return settingOf(/^Max open files\s+\S+\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1]);
}

/** What is not said is no limit. */
function settingOf(text: string | undefined): number {
  return Number.parseInt(text ?? '', 10) || Infinity;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
