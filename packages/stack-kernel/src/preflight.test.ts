import type { PreflightContext } from '@mcc/core';
import { describe, expect, it } from 'vitest';
import { preflight } from './preflight.js';

const read = (name: string) => (name === 'net.ipv4.ip_local_port_range' ? '32768 60999' : undefined);
const machine = {
  raiseFileLimit: (wanted: number) => ({ soft: wanted, hard: wanted }),
  tryUring: () => '',
  hasDirectDescriptors: () => false,
};
const client: PreflightContext = {
  role: 'client',
  connections: 100,
  workers: 1,
  endpoints: [{ address: '127.0.0.1', port: 80 }],
  sources: [],
  options: { io: 'auto' },
};
const server: PreflightContext = { ...client, role: 'server', connections: 100_000 };
const code = (expected: string) => expect.objectContaining({ code: expected }) as unknown;

describe('preflight', () => {
  it('lets through what fits', () => {
    expect(() => preflight(client, machine, read)).not.toThrow();
    expect(() => preflight(server, machine, read)).not.toThrow();
  });

  it('counts the ports of a client, and none of a server', () => {
    expect(() => preflight({ ...client, connections: 100_000 }, machine, read)).toThrowError(
      code('MCC_ERR_PORTS_EXHAUSTED'),
    );
  });

  it('counts the files of both', () => {
    const few = { ...machine, raiseFileLimit: () => ({ soft: 64, hard: 64 }) };
    for (const context of [client, server]) {
      expect(() => preflight(context, few, read)).toThrowError(code('MCC_ERR_FILE_LIMIT'));
    }
  });

  it('never takes epoll for io_uring when that is asked for by name', () => {
    const uring = { ...client, options: { io: 'uring' } };
    expect(() => preflight(uring, machine, read)).not.toThrow();
    expect(() => preflight(uring, { ...machine, tryUring: () => 'Operation not permitted' }, read)).toThrowError(
      code('MCC_ERR_NOT_PERMITTED'),
    );
    expect(() => preflight(uring, { ...machine, tryUring: () => null }, read)).toThrowError(code('MCC_ERR_USAGE'));
    expect(() => preflight(client, { ...machine, tryUring: () => null }, read)).not.toThrow();
  });

  it('wants a port that several workers can share', () => {
    const anyPort = { ...server, endpoints: [{ address: '127.0.0.1', port: 0 }] };
    expect(() => preflight(anyPort, machine, read)).not.toThrow();
    expect(() => preflight({ ...anyPort, workers: 2 }, machine, read)).toThrowError(code('MCC_ERR_USAGE'));
  });
});
