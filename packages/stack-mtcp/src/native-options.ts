import type { WorkerContext } from '@mcc/core';
import { parseAddress, partOfPool, type AddressRange } from './address.js';
import { makeDevice, type Device } from './device.js';
import type { Faults } from './faults.js';
import type { Mac } from './mac.js';
import type { MtcpOptions } from './options.js';
import type { System } from './system.js';
import type { WanClass } from './wan.js';

/** What native/addon/config.cc reads, for one worker. */
export interface NativeOptions {
  readonly port: Device & { readonly queue: number; readonly queues: number; readonly buffers: number };
  readonly eal: {
    readonly huge: MtcpOptions['huge'];
    readonly memoryBytes: number;
    /** Addresses of the PCI devices to take. */
    readonly pci: readonly string[];
    readonly arguments: readonly string[];
  };
  readonly net: {
    readonly addresses: readonly AddressRange[];
    readonly subnet: readonly [network: number, prefix: number] | undefined;
    readonly gateway: number | undefined;
    readonly neighbours: readonly (readonly [address: number, mac: Mac])[];
    /** 0: none. */
    readonly vlan: number;
    readonly softwareChecksum: boolean;
  };
  readonly tcp: {
    readonly congestion: MtcpOptions['congestion'];
    readonly timeWaitNs: number;
    readonly rtoMinNs: number;
    /** 0: none. */
    readonly keepaliveNs: number;
    readonly keepaliveIntervalNs: number;
    readonly keepaliveProbes: number;
    /** For copies of what is not acknowledged, beside the first bytes of each connection. */
    readonly sendBytesMax: number;
  };
  readonly sources: readonly AddressRange[];
  /** The addresses of each worker, when they share a device that does not know whose packets are whose. */
  readonly owners: readonly (readonly AddressRange[])[];
  readonly localPorts: readonly [first: number, last: number];
  readonly faults: Faults | undefined;
  readonly wan: readonly WanClass[];
  /** Empty: none. */
  readonly pcap: string;
}

const DEFAULT_BUFFERS = 16384;
const BUFFERS_MIN = 4096;
const SEND_BYTES = 64 * 1024 ** 2;
/** What DPDK keeps with each packet: its mbuf, headroom and the pool's own words. */
const PACKET_OVERHEAD = 384;
/** No packet of DPDK's lies across two pages, and without hugepages that makes it one page at least. */
const PAGE_BYTES = 4096;
/** What DPDK itself wants, besides packets. */
const EAL_BYTES = 48 * 1024 ** 2;

/** The options of one worker. The preflight has found them in order. */
export function nativeOptions(
  options: MtcpOptions,
  context: WorkerContext,
  system: Pick<System, 'interface'>,
): NativeOptions {
  const { workers, workerIndex } = context;
  const shared = options.port.length === 1;
  const index = shared ? 0 : workerIndex;
  const { addresses, sources } = addressesOf(options, context);
  const device = makeDevice(options.port[index]!, index, shared ? workers : 1, addresses[0]![0], options, system);
  const packetBytes = Math.ceil((device.frameBytesMax + PACKET_OVERHEAD) / PAGE_BYTES) * PAGE_BYTES;
  const buffers =
    options.memory === undefined
      ? DEFAULT_BUFFERS
      : Math.max(BUFFERS_MIN, Math.floor(options.memory / workers / packetBytes));
  return {
    port: { ...device, queue: shared ? workerIndex : 0, queues: shared ? workers : 1, buffers },
    eal: {
      huge: options.huge,
      memoryBytes: EAL_BYTES + workers * buffers * packetBytes,
      pci: options.port.filter(({ kind }) => kind === 'pci').map(({ target }) => target),
      arguments: options.eal?.split(/\s+/).filter(Boolean) ?? [],
    },
    net: {
      addresses,
      subnet: options.subnet,
      gateway: options.gateway,
      neighbours: options.neighbour,
      vlan: options.vlan ?? 0,
      softwareChecksum: options.checksum === 'software',
    },
    tcp: {
      congestion: options.congestion,
      timeWaitNs: options.timeWait,
      rtoMinNs: options.rtoMin,
      keepaliveNs: options.keepalive,
      keepaliveIntervalNs: options.keepaliveInterval,
      keepaliveProbes: options.keepaliveProbes,
      sendBytesMax: options.memory === undefined ? SEND_BYTES : Math.floor(options.memory / workers),
    },
    sources,
    owners: shared && workers > 1 && device.kind !== 'memif' ? ownersOf(options, context) : [],
    localPorts: options.ports,
    faults: options.fault,
    wan: options.wan,
    pcap: options.pcap === undefined ? '' : captureFile(options.pcap, workers, workerIndex),
  };
}

/** `--source` and `--mtcp.address`: the one may stand for the other. */
export function poolsOf(
  options: Pick<MtcpOptions, 'address'>,
  given: WorkerContext['sources'],
): { readonly addresses: readonly AddressRange[]; readonly sources: readonly AddressRange[] } {
  const sources = given.map(([first, last]): AddressRange => [parseAddress(first)!, parseAddress(last)!]);
  return { addresses: options.address ?? sources, sources };
}

/**
 * Every worker of a server answers for all addresses, since any of them may get a client's packets. Each worker of a
 * client has its part, and what is sent there is its own.
 */
function addressesOf(options: MtcpOptions, { role, sources, workers, workerIndex }: WorkerContext) {
  const pools = poolsOf(options, sources);
  if (role === 'server') return { addresses: pools.addresses, sources: [] };
  if (workers === 1) return pools;
  const part = partOfPool(pools.sources.length > 0 ? pools.sources : pools.addresses, workerIndex, workers);
  return { addresses: part, sources: part };
}

/** No worker of a server owns an address: it keeps what the device gives it. */
function ownersOf(options: MtcpOptions, context: WorkerContext): AddressRange[][] {
  return Array.from({ length: context.workers }, (_, workerIndex) =>
    context.role === 'server' ? [] : [...addressesOf(options, { ...context, workerIndex }).addresses],
  );
}

/** `run.pcap`; of several workers `run.0.pcap`, `run.1.pcap` and so on. */
function captureFile(path: string, workers: number, index: number): string {
  return workers === 1 ? path : path.replace(/(\.[^./]*)?$/, (extension) => `.${index}${extension}`);
}
