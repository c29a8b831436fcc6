import { MccError, type Endpoint, type PreflightContext } from '@mcc/core';
import { addressValue, countAddresses, isLoopback } from './address.js';
import type { ReadSetting } from './sysctl.js';

/** What Linux uses when nobody has set a range. */
const DEFAULT_RANGE = [32768, 60999] as const;
const WIDEST_RANGE = [1024, 65535] as const;

/** The ports that connect(2) may choose from: first, last, and how many of them are not reserved. */
export function localPorts(read: ReadSetting): {
  readonly first: number;
  readonly last: number;
  readonly usable: number;
} {
  const [first = DEFAULT_RANGE[0], last = DEFAULT_RANGE[1]] = (read('net.ipv4.ip_local_port_range') ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .map(Number);
  const reserved = (read('net.ipv4.ip_local_reserved_ports') ?? '').split(',').filter(Boolean);
  const taken = new Set<number>();
  for (const range of reserved) {
    const [from = 0, to = from] = range.split('-').map(Number);
    for (let port = Math.max(from, first); port <= Math.min(to, last); port++) taken.add(port);
  }
  return { first, last, usable: last - first + 1 - taken.size };
}

/**
 * Throws MccError when the connections cannot all have a local port of their own: one port serves one connection per
 * pair of local address and destination.
 */
export function checkPorts(context: PreflightContext, read: ReadSetting): void {
  const { sources, connections } = context;
  const endpoints = distinct(context.endpoints);
  checkFamilies(endpoints, sources);
  const { usable } = localPorts(read);
  const addresses = sources.length === 0 ? 1 : countAddresses(sources);
  const room = addresses * usable * endpoints.length;
  if (room >= connections) return;
  const perAddress = usable * endpoints.length;
  throw new MccError('MCC_ERR_PORTS_EXHAUSTED', {
    what:
      `${many(addresses, 'source address', 'source addresses')} x ${grouped(usable)} ports` +
      (endpoints.length === 1 ? '' : ` x ${endpoints.length} destinations`) +
      ` = ${grouped(room)} < ${grouped(connections)} connections` +
      `${endpoints.length === 1 ? ' to one destination' : ''}: the local ports would be used up.`,
    remedy: remedy(endpoints, sources.length > 0, Math.ceil(connections / perAddress)),
  });
}

function remedy(endpoints: readonly Endpoint[], hasSources: boolean, addresses: number): string {
  const [first, last] = WIDEST_RANGE;
  const widen = `or widen the range: sysctl -w net.ipv4.ip_local_port_range="${first} ${last}".`;
  const loopback = endpoints.every(({ address }) => isLoopback(address));
  if (loopback && addressValue(endpoints[0]!.address).family === 4 && addresses < 255) {
    const why = hasSources ? '' : 'Without --source, a loopback target is reached from 127.0.0.1 alone. ';
    return `${why}Give ${addresses} addresses: --source 127.0.0.1-127.0.0.${addresses}, ${widen}`;
  }
  return `Give ${addresses} local addresses of this machine with --source, ${widen}`;
}

/** A source can only speak to destinations of its own family. */
function checkFamilies(endpoints: readonly Endpoint[], sources: PreflightContext['sources']): void {
  const addresses = [...sources.map(([first]) => first), ...endpoints.map(({ address }) => address)];
  if (sources.length === 0 || new Set(addresses.map((address) => addressValue(address).family)).size === 1) return;
  throw new MccError('MCC_ERR_USAGE', {
    what: 'The addresses of --source and the target are not all of one family, IPv4 or IPv6.',
    remedy: `Give a --source of the family of ${endpoints.map(({ address }) => address).join(', ')}.`,
  });
}

function distinct(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [`${endpoint.address} ${endpoint.port}`, endpoint])).values()];
}

function many(count: number, one: string, more: string): string {
  return `${grouped(count)} ${count === 1 ? one : more}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
