import { describeOptions } from '@mcc/core';
import { describe, expect, it } from 'vitest';
import { mtcpOptions } from './options.js';

const sentence = (input: object) => mtcpOptions.safeParse(input).error?.issues[0]?.message;

describe('mtcpOptions', () => {
  it('has defaults for all but the port and the address', () => {
    expect(mtcpOptions.parse({})).toEqual({
      port: [],
      neighbour: [],
      wan: [],
      checksum: 'auto',
      timeWait: 1e9,
      rtoMin: 200e6,
      keepalive: 0,
      keepaliveInterval: 75e9,
      keepaliveProbes: 9,
      congestion: 'cubic',
      ports: [1024, 65535],
      huge: 'auto',
    });
  });

  it('leaves the gateway in the report as the address that it is', () => {
    const gateway = describeOptions(mtcpOptions, 'mtcp').find(({ key }) => key === 'gateway');
    expect(gateway).toMatchObject({ name: 'mtcp.gateway', verbatim: true });
  });

  it('reads every flag', () => {
    expect(
      mtcpOptions.parse({
        port: ['memif:/tmp/a', 'tap:mcc0'],
        address: ['198.18.0.1', '198.18.1.0/24'],
        subnet: '198.18.0.0/15',
        gateway: '198.18.0.254',
        neighbour: '198.18.0.254=02:00:00:00:00:09',
        mac: '02:00:00:00:00:01',
        mtu: '9000',
        vlan: '7',
        checksum: 'software',
        timeWait: '0',
        rtoMin: '5ms',
        keepalive: '2h',
        keepaliveInterval: '10s',
        keepaliveProbes: '3',
        congestion: 'newreno',
        ports: '2000-3000',
        fault: 'drop=1%',
        wan: ['share=20%,rtt=80ms', 'share=10%,rtt=200ms,bandwidth=2mbit,loss=1%'],
        pcap: 'x.pcap',
        huge: 'off',
        memory: '256m',
        eal: '--log-level=8',
      }),
    ).toMatchObject({
      port: [
        { kind: 'memif', target: '/tmp/a' },
        { kind: 'tap', target: 'mcc0' },
      ],
      address: [
        [0xc6120001, 0xc6120001],
        [0xc6120101, 0xc61201fe],
      ],
      subnet: [0xc6120000, 15],
      gateway: 0xc61200fe,
      neighbour: [[0xc61200fe, [2, 0, 0, 0, 0, 9]]],
      mac: [2, 0, 0, 0, 0, 1],
      mtu: 9000,
      timeWait: 0,
      keepalive: 7200e9,
      keepaliveInterval: 10e9,
      keepaliveProbes: 3,
      ports: [2000, 3000],
      fault: { drop: 0.01 },
      wan: [
        { name: 'share=20%,rtt=80ms', share: 0.2, rttNs: 80e6, bandwidth: 0, loss: 0 },
        {
          name: 'share=10%,rtt=200ms,bandwidth=2mbit,loss=1%',
          share: 0.1,
          rttNs: 200e6,
          bandwidth: 2e6,
          loss: 0.01,
        },
      ],
      memory: 256 * 1024 ** 2,
    });
  });

  it.each([
    [{ port: 'eth0' }, '"eth0" is not KIND:ARG'],
    [{ address: '1.2.3' }, '"1.2.3" is not a pool'],
    [{ subnet: '1.2.3.4' }, '"1.2.3.4" is not a subnet'],
    [{ gateway: 'router' }, '"router" is not an IPv4 address'],
    [{ neighbour: '1.2.3.4' }, '"1.2.3.4" is not ADDR=MAC'],
    [{ mac: 'ff:ff:ff:ff:ff:ff' }, 'is not a MAC address'],
    [{ mtu: '100' }, 'is too small: at least 576'],
    [{ vlan: '4095' }, 'is too large: at most 4094'],
    [{ ports: '9-8' }, '"9-8" is not a range of ports'],
    [{ ports: '0-8' }, 'is not a range of ports'],
    [{ ports: '1-70000' }, 'is not a range of ports'],
    [{ fault: 'lose=1%' }, 'is none of drop='],
    [{ wan: 'share=20%' }, '"share=20%" lacks its rtt'],
    [{ wan: ['share=90%,rtt=1ms', 'share=20%,rtt=2ms'] }, 'the shares add up to 110%'],
    [{ rtoMin: '0' }, 'is too small'],
    [{ keepalive: '500ms' }, 'is too short: at least 1s, or 0 for none'],
    [{ keepaliveProbes: '1' }, 'is too small: at least 2'],
    [{ memory: '1k' }, 'is too small'],
  ])('refuses %j in one sentence', (input, message) => {
    expect(sentence(input)).toContain(message);
  });
});
