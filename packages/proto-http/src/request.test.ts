import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { optionsOf, TARGET } from './options.fixture.js';
import { authority, renderRequest } from './request.js';
import { version } from './version.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcc-http-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function requestOf(given: Readonly<Record<string, unknown>>, target: Parameters<typeof renderRequest>[1] = TARGET) {
  return Buffer.from(renderRequest(optionsOf(given), target)).toString('latin1');
}

describe('renderRequest', () => {
  it('asks for / by default', () => {
    expect(requestOf({})).toBe(`GET / HTTP/1.1\r\nHost: 198.18.0.1:8080\r\nUser-Agent: mcc/${version()}\r\n\r\n`);
  });

  it('prefers --http.path to the path of the URL', () => {
    const target = { ...TARGET, path: '/from-url?a=b' };
    expect(requestOf({}, target)).toMatch(/^GET \/from-url\?a=b HTTP/);
    expect(requestOf({ path: '/given' }, target)).toMatch(/^GET \/given HTTP/);
    expect(requestOf({ path: '/given' }, { ...TARGET, path: '/ä' })).toMatch(/^GET \/given HTTP/);
    expect(() => requestOf({}, { ...TARGET, path: '/ä' })).toThrow('--dest "/ä" contains "ä"');
  });

  it('sends a body of text as UTF-8 and counts bytes', () => {
    const request = requestOf({ method: 'POST', body: 'ä', header: ['Content-Type: text/plain'] });
    expect(request).toContain('\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\n\xc3\xa4');
  });

  it('sends a body of a file byte by byte', () => {
    const file = join(directory, 'body.bin');
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    writeFileSync(file, bytes);
    const request = requestOf({ method: 'PUT', bodyFile: file });
    expect(request).toContain('\r\nContent-Length: 256\r\n');
    expect(Buffer.from(request, 'latin1').subarray(-256)).toEqual(bytes);
  });

  it('announces an absent body where the method anticipates one', () => {
    expect(requestOf({ method: 'POST' })).toContain('\r\nContent-Length: 0\r\n');
    expect(requestOf({ method: 'OPTIONS', path: '*' })).not.toContain('Content-Length');
  });

  it.each(['GET', 'HEAD', 'DELETE'])('sends a body with %s only when asked', (method) => {
    expect(() => requestOf({ method, body: 'x' })).toThrow(
      `--http.body gives ${method} a body, which servers need not accept; use POST, or add --http.allow-body true`,
    );
    expect(requestOf({ method, body: 'x', allowBody: true })).toMatch(/\r\nContent-Length: 1\r\n\r\nx$/);
    expect(requestOf({ method, body: '' })).not.toContain('Content-Length');
  });

  it.each([
    [{ body: 'x', bodyFile: 'y' }, '--http.body and --http.body-file both give the body'],
    [{ method: 'PUT', bodyFile: '/nonexistent' }, '--http.body-file /nonexistent cannot be read (ENOENT)'],
    [{ method: 'PUT', bodyFile: '/' }, '--http.body-file / cannot be read (EISDIR)'],
  ])('refuses %j', (given, sentence) => {
    expect(() => requestOf(given)).toThrow(sentence);
  });

  it('refuses a file that is too large, without reading it', () => {
    const file = join(directory, 'huge');
    writeFileSync(file, '');
    // Sparse: takes no space.
    truncateSync(file, 2 ** 30 + 1);
    expect(() => requestOf({ method: 'PUT', bodyFile: file })).toThrow(
      'has 1073741825 bytes; give a file of at most 1 GiB',
    );
  });
});

describe('authority', () => {
  it.each([
    ['a.example', 80, 'a.example'],
    ['a.example', 8080, 'a.example:8080'],
    ['::1', 80, '[::1]'],
    ['::1', 8080, '[::1]:8080'],
    ['bücher.example', 80, 'xn--bcher-kva.example'],
    ['fe80::1%eth0', 8080, '[fe80::1]:8080'],
  ])('writes %s and %d', (host, port, expected) => {
    expect(authority({ host, port })).toBe(expected);
  });
});
