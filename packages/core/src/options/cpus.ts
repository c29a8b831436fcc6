import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { usageError } from './raw.js';

/** Reads a list of cores, `0,2-3`, as the kernel writes them. Undefined when it is none. */
export function parseCpuList(text: string): number[] | undefined {
  const cpus: number[] = [];
  for (const part of text.split(',')) {
    const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part.trim());
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? first);
    if (last < first) return undefined;
    for (let cpu = first; cpu <= last; cpu++) if (!cpus.includes(cpu)) cpus.push(cpu);
  }
  return cpus;
}

/** The cores that this process may run on, ascending. */
export function allowedCpus(status = '/proc/self/status'): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(status, 'utf8'))?.[1];
    const cpus = list === undefined ? undefined : parseCpuList(list);
    if (cpus !== undefined) return cpus;
  } catch {
    // Not Linux, or no /proc: take them to be numbered from 0.
  }
  return Array.from({ length: availableParallelism() }, (_, cpu) => cpu);
}

export interface CpuChoice {
  /** The core of each worker; undefined: the workers float. */
  readonly cpus?: readonly number[];
  readonly warning?: string;
}

/**
 * The core of each worker. Without `--cpus`, a client takes the allowed cores from the lowest up and a server from the
 * highest down, so that the two do not meet on one machine.
 */
export function chooseCpus(
  requested: readonly number[] | undefined,
  workers: number,
  role: 'client' | 'server',
  allowed: readonly number[],
): CpuChoice {
  if (requested !== undefined) {
    const forbidden = requested.find((cpu) => !allowed.includes(cpu));
    if (forbidden !== undefined) {
      throw usageError(`--cpus names core ${forbidden}, but this process may only use ${allowed.join(',')}`);
    }
    if (requested.length < workers) {
      throw usageError(`--cpus names ${requested.length} for ${workers} workers (--smp): name a core for each`);
    }
    return { cpus: requested.slice(0, workers) };
  }
  if (allowed.length < workers) {
    const warning = `${workers} workers share ${allowed.length} core${allowed.length === 1 ? '' : 's'}, so none is pinned and timing suffers`;
    return { warning };
  }
  return { cpus: (role === 'client' ? allowed : allowed.toReversed()).slice(0, workers) };
}
