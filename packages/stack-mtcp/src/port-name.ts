import { resolve } from 'node:path';

export const PORT_KINDS = ['memif', 'af_packet', 'af_xdp', 'tap', 'pci', 'vdev'] as const;
export type PortKind = (typeof PORT_KINDS)[number];

/** One `--mtcp.port`, read. */
export interface PortName {
  readonly kind: PortKind;
  /** A socket's absolute path, an interface, a PCI address, or DPDK's own words for a virtual device. */
  readonly target: string;
}

/** Reads `KIND:ARG`. Throws an Error whose message continues "--mtcp.port …". */
export function parsePortName(text: string): PortName {
  const colon = text.indexOf(':');
  const kind = PORT_KINDS.find((known) => known === text.slice(0, Math.max(colon, 0)));
  const argument = text.slice(colon + 1);
  if (kind === undefined || argument === '') {
    throw new Error(`"${text}" is not KIND:ARG, with a kind of ${PORT_KINDS.join(', ')}`);
  }
  return { kind, target: CHECKS[kind](argument, text) };
}

export function formatPortName({ kind, target }: PortName): string {
  return `${kind}:${target}`;
}

const CHECKS: Readonly<Record<PortKind, (argument: string, text: string) => string>> = {
  memif: (path) => resolve(path),
  af_packet: interfaceName,
  af_xdp: interfaceName,
  tap: interfaceName,
  pci: pciAddress,
  vdev: virtualDevice,
};

/** Linux's rule for interface names: dev_valid_name(). DPDK's commas would end it, too. */
function interfaceName(name: string, text: string): string {
  if (/^[^\s/:,]{1,15}$/.test(name) && name !== '.' && name !== '..') return name;
  throw new Error(`"${text}": "${name}" is not the name of an interface, such as veth0`);
}

/** With or without the domain: 0000:03:00.0, 03:00.0. */
function pciAddress(address: string, text: string): string {
  const match = /^([0-9a-f]{4,}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/i.exec(address);
  if (match === null) throw new Error(`"${text}": "${address}" is not a PCI address, such as 0000:03:00.0`);
  return (match[1] === undefined ? `0000:${address}` : address).toLowerCase();
}

function virtualDevice(device: string, text: string): string {
  if (/^[a-z][\w-]*(,.+)?$/i.test(device)) return device;
  throw new Error(`"${text}": "${device}" is not NAME,key=value,…, such as net_null0,size=64`);
}
