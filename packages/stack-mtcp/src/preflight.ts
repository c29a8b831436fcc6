import { dirname } from 'node:path';
import { MccError, type Endpoint, type ErrorCode, type PreflightContext } from '@mcc/core';
import { countAddresses, formatAddress, parseAddress, poolHas, type AddressRange } from './address.js';
import { XDP_MTU_MAX } from './device.js';
import { poolsOf } from './native-options.js';
import type { MtcpOptions } from './options.js';
import { bindCommand, findPciDevice } from './pci.js';
import { formatPortName, type PortName } from './port-name.js';
import { CAP_NET_ADMIN, CAP_NET_RAW, type System } from './system.js';

/** Checks what can be known before anything is opened. Throws MccError with the remedy. */
export function preflight(context: PreflightContext, system: System): void {
  const options = context.options as MtcpOptions;
  checkPorts(options, context);
  checkAddresses(options, context);
  if (context.role === 'client') checkRoom(options, context);
  for (const port of options.port) PORT_CHECKS[port.kind](port, options, system, context.workers);
  checkKernel(options, context, system);
}

function fail(code: ErrorCode, what: string, remedy: string): never {
  throw new MccError(code, { what, remedy });
}

function checkPorts({ port }: MtcpOptions, { workers, role }: PreflightContext): void {
  if (port.length === 0) {
    const end = role === 'client' ? 'of mcc serve' : 'of mcc run';
    fail(
      'MCC_ERR_USAGE',
      '--stack mtcp has no port to run on.',
      `Give --mtcp.port, such as memif:/tmp/mcc.sock (the same ${end}) or af_packet:veth0.`,
    );
  }
  if (port.length !== 1 && port.length !== workers) {
    fail(
      'MCC_ERR_USAGE',
      `${port.length} ports cannot be divided among ${many(workers, 'worker')}.`,
      'Give one --mtcp.port for all workers, or one for each of them (--smp).',
    );
  }
  if (new Set(port.map(formatPortName)).size !== port.length) {
    fail('MCC_ERR_USAGE', 'The same --mtcp.port is given twice.', 'Give each worker a port of its own.');
  }
}

function checkAddresses(options: MtcpOptions, { endpoints, sources, workers, role }: PreflightContext): void {
  const { addresses } = poolsOf(options, []);
  const wrong = [...endpoints.map(({ address }) => address), ...sources.map(([first]) => first)].find(
    (address) => parseAddress(address) === undefined,
  );
  if (wrong !== undefined) {
    fail('MCC_ERR_USAGE', `${wrong} is not an IPv4 address.`, 'The mtcp stack speaks IPv4 only.');
  }
  const pools = poolsOf(options, sources);
  if (pools.addresses.length === 0) {
    fail(
      'MCC_ERR_USAGE',
      '--stack mtcp has no address to speak from.',
      'Give --mtcp.address, such as 198.18.0.1 or 198.18.64.0/18: addresses that nobody else on the link has.',
    );
  }
  const stray = pools.sources.find(
    ([first, last]) => !poolHas(pools.addresses, first) || !poolHas(pools.addresses, last),
  );
  if (addresses.length > 0 && stray !== undefined) {
    fail('MCC_ERR_USAGE', `--source ${formatAddress(stray[0])} is not one of --mtcp.address.`, 'Add it there.');
  }
  const own = endpoints.map(({ address }) => parseAddress(address)!);
  if (role === 'server') checkListen(endpoints, pools.addresses);
  else checkTargets(own, pools.addresses, options);
  const speaking = pools.sources.length > 0 ? pools.sources : pools.addresses;
  if (role === 'client' && countAddresses(speaking) < workers) {
    fail(
      'MCC_ERR_USAGE',
      `${many(countAddresses(speaking), 'address', 'addresses')} cannot be divided among ${many(workers, 'worker')}.`,
      'Give --mtcp.address at least one address for each worker.',
    );
  }
}

function checkListen(endpoints: readonly Endpoint[], addresses: readonly AddressRange[]): void {
  if (endpoints.some(({ port }) => port === 0)) {
    fail('MCC_ERR_USAGE', 'The mtcp stack cannot choose a port: 0 is none.', 'Give a port to --listen.');
  }
  const stray = endpoints.find(({ address }) => address !== '0.0.0.0' && !poolHas(addresses, parseAddress(address)!));
  if (stray === undefined) return;
  fail(
    'MCC_ERR_LISTEN',
    `--listen ${stray.address} is not one of --mtcp.address.`,
    'Add it there, or leave the address out of --listen (0.0.0.0:PORT is every address).',
  );
}

function checkTargets(targets: readonly number[], addresses: readonly AddressRange[], options: MtcpOptions): void {
  const own = targets.find((target) => poolHas(addresses, target));
  if (own !== undefined) {
    fail(
      'MCC_ERR_USAGE',
      `The target ${formatAddress(own)} is one of --mtcp.address.`,
      'Give the stack addresses of its own, on the same link as the target.',
    );
  }
  const { subnet, gateway } = options;
  const far = subnet === undefined ? undefined : targets.find((target) => !contains(subnet, target));
  if (far !== undefined && gateway === undefined) {
    fail(
      'MCC_ERR_UNREACHABLE',
      `The target ${formatAddress(far)} is not in --mtcp.subnet, and there is no gateway.`,
      'Give --mtcp.gateway, or widen --mtcp.subnet.',
    );
  }
  if (subnet !== undefined && gateway !== undefined && !contains(subnet, gateway)) {
    fail(
      'MCC_ERR_USAGE',
      `--mtcp.gateway ${formatAddress(gateway)} is not in --mtcp.subnet.`,
      'A gateway is on the link itself: correct one of the two.',
    );
  }
}

/** Of one address, unless --mtcp.ports says otherwise. */
const PORTS_USUAL = 65535 - 1024 + 1;

/** Every connection that the stack opens has a local address and port to itself, whatever its destination. */
function checkRoom(options: MtcpOptions, { connections, sources, workers }: PreflightContext): void {
  const pools = poolsOf(options, sources);
  const addresses = countAddresses(pools.sources.length > 0 ? pools.sources : pools.addresses);
  const [first, last] = options.ports;
  const ports = last - first + 1;
  // The smallest part of the addresses must do for the largest share of the connections.
  const room = Math.floor(addresses / workers) * ports;
  const share = Math.ceil(connections / workers);
  if (share <= room) return;
  const wanted = Math.ceil(share / ports) * workers;
  fail(
    'MCC_ERR_PORTS_EXHAUSTED',
    `${many(addresses, 'address', 'addresses')} x ${grouped(ports)} ports = ${grouped(addresses * ports)} < ` +
      `${grouped(connections)} connections: the local ports would be used up.`,
    `Give ${grouped(wanted)} addresses: --mtcp.address 198.18.64.0/${prefixFor(wanted)}, for example` +
      `${ports < PORTS_USUAL ? ', or widen --mtcp.ports' : ''}.`,
  );
}

type PortCheck = (port: PortName, options: MtcpOptions, system: System, workers: number) => void;

const PORT_CHECKS: Readonly<Record<PortName['kind'], PortCheck>> = {
  memif({ target }, _options, system) {
    if (system.isDirectory(dirname(target))) return;
    fail(
      'MCC_ERR_USAGE',
      `--mtcp.port memif:${target}: there is no directory ${dirname(target)}.`,
      `Make it (mkdir -p ${dirname(target)}), or choose another path.`,
    );
  },
  af_packet(port, options, system) {
    checkInterface(port, options, system);
    checkCapability(port, 'CAP_NET_RAW', CAP_NET_RAW, system);
  },
  af_xdp(port, options, system, workers) {
    checkInterface(port, options, system);
    const { mtu = 0, queues = 0 } = system.interface(port.target) ?? {};
    if (mtu > XDP_MTU_MAX) {
      fail(
        'MCC_ERR_USAGE',
        `--mtcp.port ${formatPortName(port)} has an MTU of ${mtu}, and AF_XDP takes at most ${XDP_MTU_MAX}.`,
        `Lower it (ip link set ${port.target} mtu ${XDP_MTU_MAX}), or use af_packet.`,
      );
    }
    if (options.port.length === 1 && queues < workers) {
      fail(
        'MCC_ERR_USAGE',
        `--mtcp.port ${formatPortName(port)} has ${many(queues, 'queue')} for ${many(workers, 'worker')}.`,
        `Give it more (ethtool -L ${port.target} combined ${workers}; a veth cannot), or use af_packet.`,
      );
    }
    checkCapability(port, 'CAP_NET_ADMIN', CAP_NET_ADMIN, system);
  },
  tap(port, _options, system) {
    if (system.interface(port.target) !== undefined) {
      fail(
        'MCC_ERR_USAGE',
        `--mtcp.port tap:${port.target}: there is an interface of that name already.`,
        `Choose another name, or delete it: ip link del ${port.target}.`,
      );
    }
    checkCapability(port, 'CAP_NET_ADMIN', CAP_NET_ADMIN, system);
  },
  pci({ target }, _options, system) {
    const device = findPciDevice(target, system);
    if (device === undefined) {
      fail(
        'MCC_ERR_USAGE',
        `--mtcp.port pci:${target}: there is no such device.`,
        'mcc doctor --stack mtcp lists the network devices (so does lspci -D).',
      );
    }
    if (device.usable) return;
    const { driver, interfaces } = device;
    const whose = [`bound to ${driver ?? 'no driver'}`, ...interfaces.map((name) => `interface ${name}`)].join(', ');
    fail(
      'MCC_ERR_USAGE',
      `--mtcp.port pci:${target} is not for DPDK to use: it is ${whose}.`,
      `Bind it, which takes it from the kernel: ${bindCommand(target)}`,
    );
  },
  vdev() {},
};

function checkInterface(port: PortName, { mtu }: MtcpOptions, system: System): void {
  const found = system.interface(port.target);
  const name = `--mtcp.port ${formatPortName(port)}`;
  if (found === undefined) {
    fail('MCC_ERR_USAGE', `${name}: there is no interface ${port.target}.`, 'ip -br link lists those there are.');
  }
  if (!found.up) {
    fail('MCC_ERR_USAGE', `${name}: the interface is down.`, `Bring it up: ip link set ${port.target} up.`);
  }
  if (mtu !== undefined && mtu > found.mtu) {
    fail(
      'MCC_ERR_USAGE',
      `--mtcp.mtu ${mtu} is larger than the ${found.mtu} of ${port.target}.`,
      `Raise it: ip link set ${port.target} mtu ${mtu}.`,
    );
  }
}

function checkCapability(port: PortName, name: string, capability: bigint, system: System): void {
  if (system.can(capability)) return;
  fail(
    'MCC_ERR_NOT_PERMITTED',
    `--mtcp.port ${formatPortName(port)} takes the capability ${name}, which this process does not have.`,
    'Run as root (sudo), or use memif, which needs no privilege.',
  );
}

/** The kernel answers our peers' packets with RST when it has the address too. */
function checkKernel(options: MtcpOptions, { sources }: PreflightContext, system: System): void {
  const shared = options.port.filter(({ kind }) => kind === 'af_packet' || kind === 'af_xdp' || kind === 'tap');
  if (shared.length === 0) return;
  const { addresses } = poolsOf(options, sources);
  const clash = system.addresses().find(({ address }) => poolHas(addresses, parseAddress(address) ?? -1));
  if (clash === undefined) return;
  fail(
    'MCC_ERR_USAGE',
    `${clash.address} is an address of the kernel's too, on ${clash.interface}: it would reset the stack's connections.`,
    `Take it away (ip addr flush dev ${clash.interface}), or choose other addresses with --mtcp.address.`,
  );
}

function contains([network, prefix]: readonly [number, number], address: number): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor(address / size) * size === network;
}

/** The longest prefix that holds so many addresses of hosts. */
function prefixFor(addresses: number): number {
  return 32 - Math.max(2, Math.ceil(Math.log2(addresses + 2)));
}

function many(count: number, one: string, more = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : more}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
