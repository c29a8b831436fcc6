import { macOfAddress, type Mac } from './mac.js';
import type { MtcpOptions } from './options.js';
import type { PortName } from './port-name.js';
import type { System } from './system.js';

/** A port as the native side opens it. */
export interface Device {
  readonly kind: string;
  readonly target: string;
  /** DPDK's bus, its name for the device and its arguments; empty for memif, which is not DPDK's. */
  readonly bus: '' | 'vdev' | 'pci';
  readonly device: string;
  readonly arguments: string;
  readonly mtu: number;
  /** Room in a packet. */
  readonly frameBytesMax: number;
  /** Descriptors of a queue, each way. */
  readonly ring: number;
  readonly mac?: Mac;
  /** The device keeps a MAC of its own: it is given everything, and the stack looks. */
  readonly ownMac: boolean;
}

const DEFAULT_MTU = 1500;
const RING = 2048;
/** Ethernet's header and a VLAN tag. */
const LINK_HEADER = 18;
const FRAME_BYTES_MIN = 2048;
/** The block that af_packet's ring is made of, and what the kernel writes before each frame, generously. */
const BLOCK_BYTES = 65536;
const FRAME_OVERHEAD = 128;
const RING_FRAMES = 8192;
/**
 * A frame over AF_XDP has a page, of which DPDK takes 320 bytes and the kernel 256. Interfaces of a larger MTU mostly take no
 * XDP program at all, which is then said in words that do not name the MTU.
 */
export const XDP_MTU_MAX = 4096 - 320 - 256 - LINK_HEADER;

/**
 * The device of a port. `index`: its number among the ports. `queues`: the workers that share it. `address`: the first
 * that is spoken from on it.
 */
export function makeDevice(
  port: PortName,
  index: number,
  queues: number,
  address: number,
  options: Pick<MtcpOptions, 'mac' | 'mtu'>,
  system: Pick<System, 'interface'>,
): Device {
  const { kind, target } = port;
  const mtu = options.mtu ?? defaultMtu(port, system);
  const mac = options.mac ?? (kind === 'memif' || kind === 'tap' ? macOfAddress(address) : undefined);
  return {
    kind,
    target,
    ...dpdkNames(port, index, queues, mtu),
    mtu,
    frameBytesMax: Math.max(FRAME_BYTES_MIN, roundUp(mtu + LINK_HEADER, 64)),
    ring: RING,
    ...(mac !== undefined && { mac }),
    ownMac: mac !== undefined && kind !== 'pci',
  };
}

/** What the kernel says of an interface that is shared with it. */
export function defaultMtu({ kind, target }: PortName, system: Pick<System, 'interface'>): number {
  if (kind !== 'af_packet' && kind !== 'af_xdp') return DEFAULT_MTU;
  return Math.min(system.interface(target)?.mtu ?? DEFAULT_MTU, 9000);
}

function dpdkNames(
  { kind, target }: PortName,
  index: number,
  queues: number,
  mtu: number,
): Pick<Device, 'bus' | 'device' | 'arguments'> {
  switch (kind) {
    case 'memif':
      return { bus: '', device: '', arguments: '' };
    case 'af_packet': {
      const frame = 2 ** Math.ceil(Math.log2(mtu + LINK_HEADER + FRAME_OVERHEAD));
      const sizes = `blocksz=${BLOCK_BYTES},framesz=${frame},framecnt=${RING_FRAMES}`;
      return virtual(`net_af_packet${index}`, `iface=${target},qpairs=${queues},qdisc_bypass=1,${sizes}`);
    }
    case 'af_xdp':
      return virtual(`net_af_xdp${index}`, `iface=${target},start_queue=0,queue_count=${queues}`);
    case 'tap':
      return virtual(`net_tap${index}`, `iface=${target}`);
    case 'pci':
      return { bus: 'pci', device: target, arguments: '' };
    case 'vdev': {
      const [name = '', ...rest] = target.split(',');
      return virtual(name, rest.join(','));
    }
  }
}

function virtual(device: string, args: string): Pick<Device, 'bus' | 'device' | 'arguments'> {
  return { bus: 'vdev', device, arguments: args };
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
