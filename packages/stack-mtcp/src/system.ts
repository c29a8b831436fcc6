import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { basename } from 'node:path';

/** What the stack wants to know of the machine. Tests give their own. */
export interface System {
  /** An interface of the kernel; undefined: there is none of that name. */
  interface(name: string): Interface | undefined;
  /** IPv4 addresses of the kernel's own, with the interfaces that they are on. */
  addresses(): readonly { readonly address: string; readonly interface: string }[];
  /** Whether this process has an effective capability, by its number: capabilities(7). */
  can(capability: bigint): boolean;
  isDirectory(path: string): boolean;
  /** A file's text without its last newline; undefined when it cannot be read. */
  read(path: string): string | undefined;
  /** The names in a folder; none when it cannot be read. */
  list(path: string): readonly string[];
  /** The last part of what a symbolic link points to; undefined when there is none. */
  link(path: string): string | undefined;
}

export interface Interface {
  readonly up: boolean;
  readonly mtu: number;
  /** Receive queues. */
  readonly queues: number;
}

export const CAP_NET_ADMIN = 12n;
export const CAP_NET_RAW = 13n;

const IFF_UP = 1;

export const machine: System = {
  interface(name) {
    const folder = `/sys/class/net/${name}`;
    const flags = machine.read(`${folder}/flags`);
    if (flags === undefined) return undefined;
    return {
      up: (Number(flags) & IFF_UP) !== 0,
      mtu: Number(machine.read(`${folder}/mtu`) ?? 0),
      queues: machine.list(`${folder}/queues`).filter((queue) => queue.startsWith('rx-')).length,
    };
  },
  addresses() {
    return Object.entries(networkInterfaces()).flatMap(([name, entries = []]) =>
      entries.filter(({ family }) => family === 'IPv4').map(({ address }) => ({ address, interface: name })),
    );
  },
  can(capability) {
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(machine.read('/proc/self/status') ?? '')?.[1] ?? '0';
    return ((BigInt(`0x${effective}`) >> capability) & 1n) === 1n;
  },
  isDirectory(path) {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  },
  read(path) {
    try {
      return readFileSync(path, 'utf8').trimEnd();
    } catch {
      return undefined;
    }
  },
  list(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
  link(path) {
    try {
      return basename(readlinkSync(path));
    } catch {
      return undefined;
    }
  },
};
