import type { MccError, PreflightContext } from '@mcc/core';
import { describe, expect, it } from 'vitest';
import { imaginary } from './fixtures.js';
import { mtcpOptions } from './options.js';
import { preflight } from './preflight.js';
import { CAP_NET_ADMIN, CAP_NET_RAW } from './system.js';

const system = {
  interfaces: {
    veth0: { up: true, mtu: 1500, queues: 1 },
    veth9: { up: false, mtu: 1500, queues: 1 },
    jumbo0: { up: true, mtu: 9000, queues: 1 },
  },
  capabilities: [CAP_NET_ADMIN, CAP_NET_RAW],
  directories: ['/tmp'],
};

/** What the preflight says, or undefined when it has nothing to say. */
function verdict(
  input: object,
  context: Partial<PreflightContext> = {},
  machine: Parameters<typeof imaginary>[0] = {},
): MccError | undefined {
  const options = mtcpOptions.parse({ port: 'memif:/tmp/x', address: '198.18.0.1', ...input });
  const full: PreflightContext = {
    role: 'client',
    connections: 100,
    workers: 1,
    endpoints: [{ address: '198.18.0.2', port: 80 }],
    sources: [],
    ...context,
    options,
  };
  try {
    preflight(full, imaginary({ ...system, ...machine }));
  } catch (error) {
    return error as MccError;
  }
  return undefined;
}

const server = { role: 'server', endpoints: [{ address: '0.0.0.0', port: 80 }] } as const;

describe('preflight', () => {
  it('is content with what is in order', () => {
    expect(verdict({})).toBeUndefined();
    expect(verdict({}, server)).toBeUndefined();
    expect(verdict({}, { ...server, endpoints: [{ address: '198.18.0.1', port: 80 }] })).toBeUndefined();
    expect(
      verdict({ port: ['memif:/tmp/x', 'memif:/tmp/y'], address: '198.18.1.0/29' }, { workers: 2 }),
    ).toBeUndefined();
    expect(verdict({ port: 'af_packet:veth0', mtu: 1400 })).toBeUndefined();
    expect(verdict({ port: 'af_xdp:veth0' })).toBeUndefined();
    expect(verdict({ port: 'tap:mcc0' })).toBeUndefined();
    expect(verdict({ port: 'vdev:net_null0' })).toBeUndefined();
    expect(
      verdict({ subnet: '198.18.0.0/24', gateway: '198.18.0.254' }, { endpoints: [{ address: '10.0.0.1', port: 1 }] }),
    ).toBeUndefined();
    expect(verdict({ address: '198.18.64.0/18' }, { connections: 1_000_000_000 })).toBeUndefined();
    expect(verdict({ address: undefined }, { sources: [['198.18.0.5', '198.18.0.6']] })).toBeUndefined();
  });

  it.each([
    [{ port: [] }, {}, '--stack mtcp has no port to run on.', '--mtcp.port'],
    [{ port: ['memif:/tmp/x', 'memif:/tmp/y'] }, {}, '2 ports cannot be divided among 1 worker.', '--smp'],
    [{ port: ['memif:/tmp/x', 'memif:/tmp/x'] }, { workers: 2 }, 'The same --mtcp.port is given twice.', 'of its own'],
    [{ address: undefined }, {}, 'no address to speak from', '--mtcp.address'],
    [{ address: undefined }, server, 'no address to speak from', '--mtcp.address'],
    [{}, { endpoints: [{ address: '::1', port: 80 }] }, '::1 is not an IPv4 address.', 'IPv4 only'],
    [{}, { sources: [['198.18.0.7', '198.18.0.7']] }, '--source 198.18.0.7 is not one of --mtcp.address.', 'Add it'],
    [
      {},
      { endpoints: [{ address: '198.18.0.1', port: 80 }] },
      'The target 198.18.0.1 is one of --mtcp.address.',
      'own',
    ],
    [
      {},
      { ...server, endpoints: [{ address: '127.0.0.1', port: 8080 }] },
      '--listen 127.0.0.1 is not one of',
      '0.0.0.0',
    ],
    [{}, { ...server, endpoints: [{ address: '0.0.0.0', port: 0 }] }, 'cannot choose a port', '--listen'],
    [{}, { workers: 2 }, '1 address cannot be divided among 2 workers.', 'at least one address'],
    [{ subnet: '198.18.0.0/31' }, {}, 'The target 198.18.0.2 is not in --mtcp.subnet', '--mtcp.gateway'],
    [
      { subnet: '198.18.0.0/24', gateway: '10.0.0.1' },
      {},
      '--mtcp.gateway 10.0.0.1 is not in --mtcp.subnet.',
      'correct',
    ],
    [
      { address: '198.18.0.1-198.18.0.2' },
      { connections: 200_000, endpoints: [{ address: '198.18.9.9', port: 80 }] },
      '2 addresses x 64,512 ports = 129,024 < 200,000 connections: the local ports would be used up.',
      'Give 4 addresses: --mtcp.address 198.18.64.0/29',
    ],
    [{ ports: '1024-1033' }, { connections: 11 }, '1 address x 10 ports = 10 < 11 connections', 'Give 2 addresses'],
    [{ port: 'memif:/nowhere/x' }, {}, 'there is no directory /nowhere.', 'mkdir -p /nowhere'],
    [{ port: 'af_packet:eth7' }, {}, 'there is no interface eth7.', 'ip -br link'],
    [{ port: 'af_xdp:veth9' }, {}, 'the interface is down.', 'ip link set veth9 up'],
    [{ port: 'af_packet:veth0', mtu: 9000 }, {}, '--mtcp.mtu 9000 is larger than the 1500 of veth0.', 'mtu 9000'],
    [
      { port: 'af_xdp:veth0', address: '198.18.1.0/28' },
      { workers: 2 },
      'has 1 queue for 2 workers.',
      'ethtool -L veth0',
    ],
    [
      { port: 'af_xdp:jumbo0', mtu: 1500 },
      {},
      'an MTU of 9000, and AF_XDP takes at most 3502.',
      'link set jumbo0 mtu 3502',
    ],
    [{ port: 'tap:veth0' }, {}, 'there is an interface of that name already.', 'ip link del veth0'],
    [{ port: 'pci:03:00.0' }, {}, '--mtcp.port pci:0000:03:00.0: there is no such device.', 'mcc doctor'],
  ])('%j with %j: %s', (input, context, what, remedy) => {
    const error = verdict(input, context as Partial<PreflightContext>);
    expect(error?.message).toContain(what);
    expect(error?.remedy).toContain(remedy);
  });

  it('names the capability that a port takes', () => {
    const machine = { capabilities: [] };
    expect(verdict({ port: 'af_packet:veth0' }, {}, machine)).toMatchObject({
      code: 'MCC_ERR_NOT_PERMITTED',
      message: expect.stringContaining('CAP_NET_RAW') as string,
    });
    expect(verdict({ port: 'af_xdp:veth0' }, {}, machine)?.message).toContain('CAP_NET_ADMIN');
    expect(verdict({ port: 'tap:mcc0' }, {}, machine)?.message).toContain('CAP_NET_ADMIN');
    expect(verdict({}, {}, machine)).toBeUndefined();
  });

  it('takes a NIC that is bound for DPDK, and no other', () => {
    const files = { '/sys/bus/pci/devices/0000:03:00.0/net/eth1/flags': '' };
    const bound = (driver: string) => ({ files, links: { '/sys/bus/pci/devices/0000:03:00.0/driver': driver } });
    expect(verdict({ port: 'pci:03:00.0' }, {}, bound('vfio-pci'))).toBeUndefined();
    expect(verdict({ port: 'pci:03:00.0' }, {}, bound('mlx5_core'))).toBeUndefined();
    expect(verdict({ port: 'pci:03:00.0' }, {}, bound('ixgbe'))).toMatchObject({
      message: '--mtcp.port pci:0000:03:00.0 is not for DPDK to use: it is bound to ixgbe, interface eth1.',
      remedy: expect.stringContaining('dpdk-devbind.py --bind=vfio-pci 0000:03:00.0') as string,
    });
  });

  it('refuses an address that the kernel has on a link they share', () => {
    const machine = { addresses: [{ address: '198.18.0.1', interface: 'veth0' }] };
    expect(verdict({ port: 'af_packet:veth0' }, {}, machine)).toMatchObject({
      message: "198.18.0.1 is an address of the kernel's too, on veth0: it would reset the stack's connections.",
      remedy: expect.stringContaining('ip addr flush dev veth0') as string,
    });
    expect(verdict({}, {}, machine)).toBeUndefined();
  });
});
