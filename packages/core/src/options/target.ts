import ipaddr from 'ipaddr.js';
import type { Target } from '../contracts/protocol.js';
import { usageError } from './raw.js';

/**
 * Reads `--dest`: HOST, HOST:PORT, [IPv6]:PORT, or an http URL, whose `http://` may be left out as curl has it. Without a
 * port, `defaultPort` is taken; a URL's is 80.
 */
export function parseTarget(dest: string, defaultPort?: number): Target {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(dest)) return parseUrl(dest);
  const [, authority, path] = /^([^/?#]+)([/?#].*)$/s.exec(dest) ?? [];
  if (authority !== undefined && path !== undefined) {
    const { host, port = 80 } = parseHostPort(authority, '--dest');
    return parseUrl(`http://${ipaddr.IPv6.isValid(host) ? `[${host}]` : host}:${port}${path}`);
  }
  const { host, port } = parseHostPort(dest, '--dest');
  if (port !== undefined) return { host, port };
  if (defaultPort === undefined) throw usageError(`--dest ${dest} names no port, and the protocol has no usual one`);
  return { host, port: defaultPort };
}

/** Reads HOST, HOST:PORT, IPv4, IPv6, [IPv6] or [IPv6]:PORT. `flag` names the option in errors. */
export function parseHostPort(text: string, flag: string): { host: string; port?: number } {
  if (ipaddr.IPv6.isValid(text)) return { host: text };
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed !== null) {
    const [, host = '', port] = bracketed;
    if (!ipaddr.IPv6.isValid(host)) throw usageError(`${flag}: [${host}] is not an IPv6 address`);
    return port === undefined ? { host } : { host, port: parsePort(port, flag) };
  }
  const [, host = '', port] = /^([^:]*)(?::(.*))?$/.exec(text) ?? [];
  if (!isHostName(host)) throw usageError(`${flag}: "${text}" is not HOST, HOST:PORT, [IPv6]:PORT or an http:// URL`);
  return port === undefined ? { host } : { host, port: parsePort(port, flag) };
}

function parseUrl(dest: string): Target {
  if (!URL.canParse(dest)) throw usageError(`--dest: "${dest}" is not a valid URL`);
  const url = new URL(dest);
  if (url.protocol === 'https:') throw usageError('--dest: https is not supported, for MCC speaks no TLS; use http://');
  if (url.protocol !== 'http:')
    throw usageError(`--dest: ${url.protocol}// is not supported; use HOST:PORT or http://`);
  if (url.username !== '' || url.password !== '') {
    throw usageError('--dest: a user and password in the URL are not supported; send an Authorization header');
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? 80 : parsePort(url.port, '--dest');
  return { host, port, path: url.pathname + url.search };
}

function parsePort(text: string, flag: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw usageError(`${flag}: "${text}" is not a port (0 to 65535)`);
  if (port === 0 && flag === '--dest') throw usageError('--dest: port 0 cannot be connected to');
  return port;
}

/** An IPv4 address, or a name as DNS and /etc/hosts have them. What is all digits and dots must be an address. */
function isHostName(host: string): boolean {
  if (/^[\d.]+$/.test(host)) return ipaddr.IPv4.isValidFourPartDecimal(host);
  return host.length <= 253 && /^[\p{L}\p{N}_]([\p{L}\p{N}_.-]*[\p{L}\p{N}_])?\.?$/u.test(host);
}
