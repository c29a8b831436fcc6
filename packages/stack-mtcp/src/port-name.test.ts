import { expect, it } from 'vitest';
import { formatPortName, parsePortName } from './port-name.js';

it.each([
  ['memif:/run/mcc.sock', 'memif', '/run/mcc.sock'],
  ['memif:mcc.sock', 'memif', `${process.cwd()}/mcc.sock`],
  ['memif:/tmp/a:b', 'memif', '/tmp/a:b'],
  ['af_packet:veth0', 'af_packet', 'veth0'],
  ['af_xdp:eth0.100', 'af_xdp', 'eth0.100'],
  ['tap:mcc0', 'tap', 'mcc0'],
  ['pci:0000:03:00.0', 'pci', '0000:03:00.0'],
  ['pci:0A:00.1', 'pci', '0000:0a:00.1'],
  ['vdev:net_null0,size=64', 'vdev', 'net_null0,size=64'],
])('reads %s', (text, kind, target) => {
  expect(parsePortName(text)).toEqual({ kind, target });
});

it.each([
  ['veth0', 'is not KIND:ARG, with a kind of memif, af_packet, af_xdp, tap, pci, vdev'],
  ['memif:', 'is not KIND:ARG'],
  [':x', 'is not KIND:ARG'],
  ['wifi:wlan0', 'is not KIND:ARG'],
  ['af_packet:a/b', '"a/b" is not the name of an interface'],
  ['af_packet:abcdefghijklmnop', 'is not the name of an interface'],
  ['tap:..', 'is not the name of an interface'],
  ['af_xdp:veth0,queue=1', 'is not the name of an interface'],
  ['pci:3:0.0', '"3:0.0" is not a PCI address, such as 0000:03:00.0'],
  ['vdev:,x', 'is not NAME,key=value'],
])('refuses %s', (text, message) => {
  expect(() => parsePortName(text)).toThrow(message);
});

it('writes what it has read', () => {
  expect(formatPortName(parsePortName('pci:03:00.0'))).toBe('pci:0000:03:00.0');
});
