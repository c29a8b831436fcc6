import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHostPort, parseTarget } from './target.js';

describe('parseTarget', () => {
  it.each([
    ['example.org', { host: 'example.org', port: 80 }],
    ['localhost:8080', { host: 'localhost', port: 8080 }],
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['::1', { host: '::1', port: 80 }],
    ['[::1]', { host: '::1', port: 80 }],
    ['[fe80::1]:81', { host: 'fe80::1', port: 81 }],
    ['my_host', { host: 'my_host', port: 80 }],
    ['http://host', { host: 'host', port: 80, path: '/' }],
    ['http://host:81/a/b?c=d#e', { host: 'host', port: 81, path: '/a/b?c=d' }],
    ['localhost:8080/a?b=c', { host: 'localhost', port: 8080, path: '/a?b=c' }],
    ['host/', { host: 'host', port: 80, path: '/' }],
    ['host?a=b', { host: 'host', port: 80, path: '/?a=b' }],
    ['[::1]:81/x', { host: '::1', port: 81, path: '/x' }],
    ['::1/x', { host: '::1', port: 80, path: '/x' }],
    ['HTTP://[::1]:81/', { host: '::1', port: 81, path: '/' }],
  ])('%s', (dest, target) => expect(parseTarget(dest, 80)).toEqual(target));

  it.each([
    ['https://host/', /^--dest: https is not supported, for MCC speaks no TLS/],
    ['ftp://host/', /^--dest: ftp:\/\/ is not supported/],
    ['http://u:p@host/', /user and password/],
    ['http://host:0/', /port 0/],
    ['http://', /is not a valid URL/],
    ['http://host:99999/', /is not a valid URL/],
    ['host:', /"" is not a port/],
    ['host:http', /"http" is not a port/],
    ['host:65536', /"65536" is not a port/],
    ['host:0', /port 0/],
    ['ho st/path', /"ho st" is not HOST, HOST:PORT/],
    ['host:0/path', /port 0/],
    ['host:x/path', /"x" is not a port/],
    ['/path', /is not HOST, HOST:PORT/],
    ['', /is not HOST, HOST:PORT/],
    ['1.2.3', /is not HOST, HOST:PORT/],
    ['256.1.1.1', /is not HOST, HOST:PORT/],
    ['[host]:80', /\[host\] is not an IPv6 address/],
    ['-x', /is not HOST, HOST:PORT/],
    ['a b', /is not HOST, HOST:PORT/],
  ])('refuses "%s"', (dest, message) => {
    expect(() => parseTarget(dest, 80)).toThrow(message);
    expect(() => parseTarget(dest, 80)).toThrow(expect.objectContaining({ code: 'MCC_ERR_USAGE' }));
  });

  it('wants a port where the protocol has no usual one', () => {
    expect(() => parseTarget('host')).toThrow('--dest host names no port, and the protocol has no usual one');
    expect(parseTarget('host:1')).toEqual({ host: 'host', port: 1 });
  });

  it('reads every address and port it may be given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.domain()), fc.integer({ min: 1, max: 65535 }), (host, port) => {
        expect(parseTarget(`${host}:${port}`)).toEqual({ host, port });
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 1, max: 65535 }), (host, port) => {
        expect(parseTarget(`[${host}]:${port}`)).toEqual({ host, port });
      }),
    );
  });
});

describe('parseHostPort', () => {
  it('leaves a port out that is not given, and names the flag in errors', () => {
    expect(parseHostPort('127.0.0.1', '--listen')).toEqual({ host: '127.0.0.1' });
    expect(parseHostPort('127.0.0.1:0', '--listen')).toEqual({ host: '127.0.0.1', port: 0 });
    expect(() => parseHostPort('x:y', '--listen')).toThrow('--listen: "y" is not a port (0 to 65535)');
  });
});
