import type { PreflightContext } from '@mcc/core';
import { describe, expect, it } from 'vitest';
import { checkPorts, localPorts } from './ports.js';

const settings = (values: Record<string, string>) => (name: string) => values[name];
const usual = settings({ 'net.ipv4.ip_local_port_range': '32768\t60999', 'net.ipv4.ip_local_reserved_ports': '' });

function context(connections: number, more: Partial<PreflightContext> = {}): PreflightContext {
  return {
    role: 'client',
    connections,
    workers: 1,
    endpoints: [{ address: '198.18.0.1', port: 80 }],
    sources: [],
    options: {},
    ...more,
  };
}

const failure = (context: PreflightContext, read = usual) => {
  try {
    checkPorts(context, read);
  } catch (error) {
    return error as Error & { code: string; remedy: string };
  }
  return undefined;
};

describe('localPorts', () => {
  it('counts the range', () => {
    expect(localPorts(usual)).toEqual({ first: 32768, last: 60999, usable: 28232 });
  });

  it('leaves out what is reserved within the range, once', () => {
    const read = settings({
      'net.ipv4.ip_local_port_range': '1000 1999',
      'net.ipv4.ip_local_reserved_ports': '80,1000-1009,1005,1990-2500',
    });
    expect(localPorts(read).usable).toBe(1000 - 10 - 10);
  });

  it('knows what Linux does when the settings are not readable', () => {
    expect(localPorts(() => undefined).usable).toBe(28232);
  });
});

describe('checkPorts', () => {
  it('lets through what fits to the last port', () => {
    expect(failure(context(28232))).toBeUndefined();
    expect(failure(context(28233))?.code).toBe('MCC_ERR_PORTS_EXHAUSTED');
  });

  it('shows the arithmetic', () => {
    const error = failure(context(200_000));
    expect(error?.message).toBe(
      '1 source address x 28,232 ports = 28,232 < 200,000 connections to one destination: the local ports would be used up.',
    );
    expect(error?.remedy).toContain('Give 8 local addresses of this machine with --source');
    expect(error?.remedy).toContain('sysctl -w net.ipv4.ip_local_port_range="1024 65535"');
  });

  it('says how loopback is reached, and what to type', () => {
    const error = failure(context(200_000, { endpoints: [{ address: '127.0.0.1', port: 80 }] }));
    expect(error?.remedy).toContain('a loopback target is reached from 127.0.0.1 alone');
    expect(error?.remedy).toContain('--source 127.0.0.1-127.0.0.8,');
  });

  it('counts every source address', () => {
    const sources = [
      ['198.18.1.0', '198.18.1.6'],
      ['198.18.2.255', '198.18.3.0'],
    ] as const;
    expect(failure(context(9 * 28232, { sources }))).toBeUndefined();
    expect(failure(context(9 * 28232 + 1, { sources }))?.message).toContain('9 source addresses x 28,232 ports');
  });

  it('counts every destination, but none twice', () => {
    const first = { address: '198.18.0.1', port: 80 };
    const second = { address: '198.18.0.1', port: 81 };
    expect(failure(context(2 * 28232, { endpoints: [first, second] }))).toBeUndefined();
    const error = failure(context(2 * 28232 + 1, { endpoints: [first, second, { ...first }] }));
    expect(error?.message).toContain('1 source address x 28,232 ports x 2 destinations = 56,464 < 56,465 connections:');
  });

  it('wants sources and destinations of one family', () => {
    const error = failure(context(1, { sources: [['fd00::1', 'fd00::2']] }));
    expect(error?.code).toBe('MCC_ERR_USAGE');
    expect(error?.remedy).toContain('198.18.0.1');
  });
});
