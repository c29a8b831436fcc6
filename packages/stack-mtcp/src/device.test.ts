import { describe, expect, it } from 'vitest';
import { makeDevice } from './device.js';
import { parsePortName } from './port-name.js';

const system = { interface: () => ({ up: true, mtu: 3000, queues: 1 }) };
const device = (name: string, options: { mac?: number[]; mtu?: number } = {}, queues = 1) =>
  makeDevice(parsePortName(name), 3, queues, 0xc6120001, options, system);

describe('makeDevice', () => {
  it('gives a memif no name in DPDK, and a MAC made of its address', () => {
    expect(device('memif:/tmp/x')).toEqual({
      kind: 'memif',
      target: '/tmp/x',
      bus: '',
      device: '',
      arguments: '',
      mtu: 1500,
      frameBytesMax: 2048,
      ring: 2048,
      mac: [0x02, 0x4d, 0xc6, 0x12, 0, 1],
      ownMac: true,
    });
  });

  it('names the virtual devices by their number', () => {
    expect(device('af_packet:veth0', { mtu: 1500 }, 2)).toMatchObject({
      bus: 'vdev',
      device: 'net_af_packet3',
      arguments: 'iface=veth0,qpairs=2,qdisc_bypass=1,blocksz=65536,framesz=2048,framecnt=8192',
      ownMac: false,
    });
    expect(device('af_xdp:veth0', {}, 2)).toMatchObject({
      device: 'net_af_xdp3',
      arguments: 'iface=veth0,start_queue=0,queue_count=2',
    });
    expect(device('tap:mcc0')).toMatchObject({ device: 'net_tap3', arguments: 'iface=mcc0', ownMac: true });
    expect(device('vdev:net_ring0,nodeaction=x:0:CREATE')).toMatchObject({
      device: 'net_ring0',
      arguments: 'nodeaction=x:0:CREATE',
    });
    expect(device('pci:03:00.0')).toMatchObject({ bus: 'pci', device: '0000:03:00.0', arguments: '' });
  });

  it("takes an interface's MTU, and makes room for it", () => {
    expect(device('af_packet:veth0')).toMatchObject({
      mtu: 3000,
      frameBytesMax: 3072,
      arguments: expect.stringContaining('framesz=4096') as string,
    });
    expect(device('tap:mcc0')).toMatchObject({ mtu: 1500 });
    expect(device('memif:/tmp/x', { mtu: 9000 })).toMatchObject({ mtu: 9000, frameBytesMax: 9024 });
  });

  it('sets the MAC of a NIC, and keeps that of an interface of the kernel', () => {
    const mac = [2, 0, 0, 0, 0, 1];
    expect(device('pci:03:00.0', { mac })).toMatchObject({ mac, ownMac: false });
    expect(device('af_packet:veth0', { mac })).toMatchObject({ mac, ownMac: true });
    expect(device('pci:03:00.0').mac).toBeUndefined();
  });
});
