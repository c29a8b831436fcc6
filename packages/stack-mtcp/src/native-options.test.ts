import type { WorkerContext } from '@mcc/core';
import { describe, expect, it } from 'vitest';
import { parsePool } from './address.js';
import { nativeOptions } from './native-options.js';
import { mtcpOptions } from './options.js';

const system = { interface: () => ({ up: true, mtu: 1500, queues: 1 }) };

function worker(input: object, context: Partial<WorkerContext> = {}) {
  const options = mtcpOptions.parse({ port: 'memif:/tmp/x', address: '198.18.0.1-198.18.0.10', ...input });
  const full = { role: 'client', workers: 1, workerIndex: 0, sources: [], ...context } as unknown as WorkerContext;
  return nativeOptions(options, full, system);
}

describe('nativeOptions', () => {
  it('gives one worker everything', () => {
    expect(worker({ subnet: '198.18.0.0/16', gateway: '198.18.0.20', vlan: 5, pcap: '/tmp/a.pcap' })).toMatchObject({
      port: { kind: 'memif', queue: 0, queues: 1, buffers: 16384 },
      net: {
        addresses: parsePool('198.18.0.1-198.18.0.10'),
        subnet: [0xc6120000, 16],
        gateway: 0xc6120014,
        vlan: 5,
        softwareChecksum: false,
      },
      tcp: {
        congestion: 'cubic',
        timeWaitNs: 1e9,
        rtoMinNs: 200e6,
        keepaliveNs: 0,
        keepaliveIntervalNs: 75e9,
        keepaliveProbes: 9,
        sendBytesMax: 64 * 1024 ** 2,
      },
      sources: [],
      localPorts: [1024, 65535],
      faults: undefined,
      wan: [],
      pcap: '/tmp/a.pcap',
    });
  });

  it('divides the addresses of a client, and shares those of a server', () => {
    const context = { workers: 2, workerIndex: 1 };
    const part = parsePool('198.18.0.6-198.18.0.10');
    expect(worker({}, context)).toMatchObject({
      net: { addresses: part },
      sources: part,
      port: { queue: 1, queues: 2 },
    });
    expect(worker({}, { ...context, role: 'server' })).toMatchObject({
      net: { addresses: parsePool('198.18.0.1-198.18.0.10') },
      sources: [],
    });
  });

  it('gives each worker its own port where there are as many', () => {
    const ports = { port: ['memif:/tmp/x', 'memif:/tmp/y'] };
    expect(worker(ports, { workers: 2, workerIndex: 1 }).port).toMatchObject({
      target: '/tmp/y',
      queue: 0,
      queues: 1,
      mac: [2, 0x4d, 0xc6, 0x12, 0, 6],
    });
  });

  it('says whose packets are whose when workers share a device', () => {
    const context = { workers: 2, workerIndex: 1 };
    const port = { port: 'af_packet:veth0' };
    expect(worker(port, context).owners).toEqual([
      parsePool('198.18.0.1-198.18.0.5'),
      parsePool('198.18.0.6-198.18.0.10'),
    ]);
    expect(worker(port, { ...context, role: 'server' }).owners).toEqual([[], []]);
    expect(worker({}, context).owners).toEqual([]);
    expect(worker(port).owners).toEqual([]);
  });

  it('opens from --source, which may also stand for the addresses', () => {
    const sources = [['198.18.0.3', '198.18.0.4']] as const;
    expect(worker({}, { sources })).toMatchObject({
      net: { addresses: parsePool('198.18.0.1-198.18.0.10') },
      sources: parsePool('198.18.0.3-198.18.0.4'),
    });
    expect(worker({ address: undefined }, { sources }).net.addresses).toEqual(parsePool('198.18.0.3-198.18.0.4'));
    expect(worker({}, { sources, workers: 2, workerIndex: 0 }).net.addresses).toEqual(parsePool('198.18.0.3'));
  });

  it('sizes the pools from the memory', () => {
    expect(worker({ memory: '64m' }, { workers: 2 }).port.buffers).toBe((32 * 1024 ** 2) / 4096);
    expect(worker({ memory: '8m' }, { workers: 8 }).port.buffers).toBe(4096);
    expect(worker({ memory: '64m' }, { workers: 2 }).tcp.sendBytesMax).toBe(32 * 1024 ** 2);
    expect(worker({}).eal.memoryBytes).toBeGreaterThan(16384 * 4096);
  });

  it('names PCI devices and further arguments to EAL', () => {
    expect(worker({ port: 'pci:03:00.0', eal: ' --log-level=8  -v ' }).eal).toMatchObject({
      pci: ['0000:03:00.0'],
      arguments: ['--log-level=8', '-v'],
    });
    expect(worker({}).eal).toMatchObject({ pci: [], arguments: [] });
  });

  it('writes a capture per worker', () => {
    const context = { workers: 2, workerIndex: 1 };
    expect(worker({ pcap: '/tmp/a.b/run.pcap' }, context).pcap).toBe('/tmp/a.b/run.1.pcap');
    expect(worker({ pcap: '/tmp/a.b/run' }, context).pcap).toBe('/tmp/a.b/run.1');
    expect(worker({}).pcap).toBe('');
  });
});
