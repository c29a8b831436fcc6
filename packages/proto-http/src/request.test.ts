import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message, Target } from '@mcc/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CsvData } from './csv-data.js';
import { optionsOf, TARGET } from './options.fixture.js';
import { authority, renderRequest } from './request.js';
import { version } from './version.js';
import { singleRequest } from './workload.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcc-http-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function requestOf(given: Readonly<Record<string, unknown>>, target: Target = TARGET) {
  const { request } = singleRequest(optionsOf(given), target);
  return Buffer.from(renderRequest(request, target).bytes).toString('latin1');
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
    [
      { method: 'PUT', bodyFile: '/nonexistent' },
      '--http.body-file /nonexistent: there is no such file; check the path',
    ],
    [{ method: 'PUT', bodyFile: '/' }, '--http.body-file /: it is a folder; give a file'],
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

/** The whole message as a copy of it leaves, when all its values are these. */
function filled({ bytes, patches = [] }: Message, values: Readonly<Record<string, string>>): string {
  const text = Buffer.from(bytes).toString('latin1');
  let out = '';
  let at = 0;
  for (const patch of patches.toSorted((a, b) => a.offset - b.offset)) {
    out += text.slice(at, patch.offset) + values[patch.kind];
    at = patch.offset;
  }
  return out + text.slice(at);
}

describe('placeholders', () => {
  const csv = (content: string) => {
    const file = join(directory, 'data.csv');
    writeFileSync(file, content);
    return new CsvData(file);
  };
  const templated = (given: Readonly<Record<string, unknown>>, data?: CsvData) =>
    renderRequest(singleRequest(optionsOf(given), TARGET).request, TARGET, data);
  const VALUES = { serial: '7', connectionId: '3', random: '5', table: 'ada', length: '9' };

  it('stand in path, headers and body', () => {
    const given = {
      method: 'POST',
      path: '/u/{{csv:user}}?n={{counter}}&r={{random:100}}',
      header: ['X-Connection: {{connection}}', 'Cookie: u={{csv:user}}'],
      body: '{"n": {{counter}}, "u": "{{csv:user}}"}',
    };
    const message = templated(given, csv('user\nada\ngrace\n'));
    expect(filled(message, VALUES)).toBe(
      `POST /u/ada?n=7&r=5 HTTP/1.1\r\nHost: 198.18.0.1:8080\r\nUser-Agent: mcc/${version()}\r\n` +
        'Content-Length: 9\r\nX-Connection: 3\r\nCookie: u=ada\r\n\r\n{"n": 7, "u": "ada"}',
    );
    expect(message.patches).toContainEqual({
      kind: 'random',
      offset: expect.any(Number),
      below: 100,
      encoding: 'decimal',
    });
  });

  it('make the length of the body one that is measured from its first byte', () => {
    const message = templated({ method: 'POST', body: '{{counter}}' });
    const length = message.patches?.find((patch) => patch.kind === 'length');
    expect(length).toMatchObject({ from: message.bytes.length, encoding: 'decimal' });
    const constant = templated({ method: 'POST', path: '/{{counter}}', body: 'four' });
    expect(constant.patches?.map(({ kind }) => kind)).toEqual(['serial']);
    expect(Buffer.from(constant.bytes).toString()).toContain('Content-Length: 4\r\n');
  });

  it('may be the whole path, when every value is one', () => {
    const data = csv('path,bad\n/a,/x\n/b?c=d,y\n');
    expect(filled(templated({ path: '{{csv:path}}' }, data), { table: '/a' })).toMatch(/^GET \/a HTTP/);
    expect(() => templated({ path: '{{csv:bad}}' }, data)).toThrow(
      '--http.data column "bad" has "y", and a path begins with it; start each value with /',
    );
    expect(() => templated({ path: '{{counter}}' })).toThrow('does not start with /');
  });

  it.each([
    [
      { path: '/{{conter}}' },
      '--http.path has {{conter}}, which is no placeholder; there are {{counter}}, {{connection}}',
    ],
    [{ header: ['A: {{csv:nobody}}'] }, '--http.header has {{csv:nobody}}, which is no column of'],
    [{ path: '/{{random:0}}' }, '--http.path has {{random:0}}, which is no bound; write {{random:N}}'],
    [{ path: '/{{random:x}}' }, 'which is no bound'],
    [{ path: '/{{csv:space}}' }, 'has "a b", and stands in a path: it contains a space; percent-encode it as %20'],
    [{ path: '/{{csv:hash}}' }, 'it contains a #; percent-encode it as %23'],
    [
      { header: ['A: {{csv:broken}}'] },
      'column "broken" has "a\\r\\nB: c", and stands in a header; leave out line breaks',
    ],
    [{ path: '/ {{counter}}' }, 'contains a space'],
    [{ header: ['Connection: {{counter}}'] }, '--http.header gives Connection a placeholder'],
    [
      { method: 'PUT', header: ['Content-Length: 3'], body: '{{counter}}' },
      'gives Content-Length 3, but the length of the body varies',
    ],
  ])('are refused in %j', (given, sentence) => {
    const data = csv('space,hash,broken\na b,#,"a\r\nB: c"\n');
    expect(() => templated(given, data)).toThrow(sentence);
  });

  it('need a file for its columns, and leave that of a body alone', () => {
    expect(() => templated({ path: '/{{csv:a}}' })).toThrow('and there is no CSV file; give one with --http.data');
    const file = join(directory, 'template.txt');
    writeFileSync(file, '{{counter}}{{whatever}}');
    const message = templated({ method: 'PUT', bodyFile: file });
    expect(message).not.toHaveProperty('patches');
    expect(Buffer.from(message.bytes).toString()).toMatch(/Content-Length: 23\r\n\r\n\{\{counter\}\}\{\{whatever\}\}$/);
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
