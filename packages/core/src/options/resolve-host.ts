import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import type { Endpoint } from '../contracts/stack.js';
import { MccError } from '../errors.js';
import { firstLine } from './raw.js';

export type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>;

/**
 * The addresses of a host, IPv4 before IPv6, and only those of the first one's family: a server that listens on
 * 127.0.0.1 alone would refuse half the connections to `localhost` otherwise. `family` asks for one of them.
 * Throws MCC_ERR_RESOLVE.
 */
export async function resolveHost(
  host: string,
  port: number,
  family?: 'ipv4' | 'ipv6',
  look: Lookup = (name) => lookup(name, { all: true, order: 'ipv4first' }),
): Promise<Endpoint[]> {
  const addresses = ipaddr.isValid(host) ? [host] : await lookUp(host, look);
  const wanted = family ?? familyOf(addresses[0]!);
  const endpoints = addresses.filter((address) => familyOf(address) === wanted).map((address) => ({ address, port }));
  if (endpoints.length > 0) return endpoints;
  const kind = wanted === 'ipv4' ? 'IPv4' : 'IPv6';
  throw new MccError('MCC_ERR_RESOLVE', {
    what: `${host} has no ${kind} address.`,
    remedy: `Give a target or a --source that agree, for --source is ${kind}.`,
  });
}

async function lookUp(host: string, look: Lookup): Promise<string[]> {
  let failure = 'it has no address';
  try {
    const found = await look(host);
    if (found.length > 0) return found.map(({ address }) => address);
  } catch (cause) {
    failure = firstLine(cause);
  }
  throw new MccError('MCC_ERR_RESOLVE', { what: `The name ${host} could not be resolved: ${failure}.` });
}

export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return ipaddr.parse(address).kind();
}
