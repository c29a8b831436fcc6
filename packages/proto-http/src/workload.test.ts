import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programFaults } from '@mcc/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientProgram } from './client.js';
import { optionsOf, TARGET } from './options.fixture.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcc-http-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function fileOf(name: string, content: string): string {
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
}

/** Of a program that can run. */
function programOf(given: Readonly<Record<string, unknown>>) {
  const program = clientProgram(optionsOf(given), TARGET);
  expect(programFaults(program)).toEqual([]);
  const texts = program.messages.map(({ bytes }) => Buffer.from(bytes).toString());
  return { ...program, texts };
}

const requestsOf = (...lines: readonly unknown[]) =>
  fileOf('requests.jsonl', lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));

describe('--http.url', () => {
  it('draws by weight, each URL in a class of its name', () => {
    const { texts, mixes, classes, steps } = programOf({ url: ['3:/a?b=1:2', '/c'], pipeline: 2 });
    expect(texts.map((text) => text.split('\r\n')[0])).toEqual(['GET /a?b=1:2 HTTP/1.1', 'GET /c HTTP/1.1']);
    expect(mixes).toEqual([
      [
        { message: 0, weight: 3, class: 0 },
        { message: 1, weight: 1, class: 1 },
      ],
    ]);
    expect(classes?.slice(0, 2)).toEqual(['/a?b=1:2', '/c']);
    expect(steps.map(({ kind }) => kind)).toEqual(['sendOneOf', 'sendOneOf', 'expect', 'expect', 'repeat']);
  });

  it('is reported by name for a single one too', () => {
    expect(programOf({ url: '/a' }).classes?.[0]).toBe('/a');
  });

  it.each([
    [{ url: ['0:/a'] }, '--http.url "0:/a" has the weight 0; give one from 1 to 1000000'],
    [{ url: ['1000001:/a'] }, 'has the weight 1000001'],
    [{ url: ['a'] }, '--http.url "a" does not start with /'],
    [{ url: ['2:/a b'] }, '--http.url "/a b" contains a space'],
    [{ url: ['/a'], path: '/b' }, '--http.url and --http.path both give the path'],
    [{ url: ['/a'], requests: 'x' }, '--http.url and --http.requests both say what to request'],
  ])('refuses %j', (given, sentence) => {
    expect(() => clientProgram(optionsOf(given), TARGET)).toThrow(sentence);
  });
});

describe('--http.requests', () => {
  it('reads one request a line, and takes from the options what a line leaves out', () => {
    const requests = requestsOf(
      { path: '/a', weight: 5, name: 'first' },
      '',
      {
        method: 'POST',
        path: '/b',
        headers: { accept: 'text/html', 'X-Own': '{{counter}}' },
        body: { a: [1, '{{random:9}}'] },
      },
      { method: 'HEAD', path: '/c', expectStatus: 404 },
      { path: '/d', method: 'PUT', body: 'plain', expectStatus: '200,201', name: 'first' },
    );
    const { texts, mixes, classes } = programOf({ requests, header: ['Accept: */*'] });
    expect(classes?.slice(0, 3)).toEqual(['first', 'POST /b', 'HEAD /c']);
    expect(mixes?.[0]?.map(({ weight, class: index }) => [weight, index])).toEqual([
      [5, 0],
      [1, 1],
      [1, 2],
      [1, 0],
    ]);
    expect(texts[0]).toMatch(/^GET \/a HTTP.*\r\nAccept: \*\/\*\r\n\r\n$/s);
    expect(texts[1]).toMatch(
      /Content-Type: application\/json\r\naccept: text\/html\r\nX-Own: \r\n\r\n\{"a":\[1,""\]\}$/,
    );
    expect(texts[1]).not.toContain('*/*');
    expect(texts[3]).toMatch(/Content-Length: 5\r\n.*\r\n\r\nplain$/s);
    expect(mixes?.[0]?.map(({ reply }) => reply)).toEqual([
      undefined,
      undefined,
      { kind: 'http1', head: true, expectStatus: [[404, 404]] },
      expect.objectContaining({
        expectStatus: [
          [200, 200],
          [201, 201],
        ],
      }),
    ]);
  });

  it('tells 60 names apart, and the rest together', () => {
    const lines = (count: number) => Array.from({ length: count }, (_, i) => ({ path: `/${i}` }));
    expect(programOf({ requests: requestsOf(...lines(60)) }).classes).toHaveLength(64);
    const { classes, mixes } = programOf({ requests: requestsOf(...lines(70)) });
    expect(classes).toHaveLength(64);
    expect(classes?.slice(58, 60)).toEqual(['GET /58', '11 others']);
    expect(mixes?.[0]?.map(({ class: index }) => index).slice(57)).toEqual([57, 58, ...Array<number>(11).fill(59)]);
  });

  it.each([
    [['{'], 'line 1: "{" is no JSON; write {"path": "/…"}'],
    [[{ path: '/' }, { method: 'GET' }], 'line 2: path'],
    [[{ path: '/', verb: 'GET' }], 'line 1: Unrecognized key: "verb"; a request has name, method, path'],
    [[{ path: '/', weight: 0 }], 'line 1: weight Too small'],
    [[{ path: '/a b' }], 'line 1: path "/a b" contains a space'],
    [[{ path: '/', method: 'G T' }], 'line 1: method "G T" is not a token'],
    [[{ path: '/', headers: { 'a b': 'c' } }], 'line 1: header "a b: c" does not start with a header name'],
    [[{ path: '/', headers: { Host: 'a b' } }], 'line 1: headers gives the invalid Host'],
    [[{ path: '/', body: 'x' }], 'line 1: body gives GET a body'],
    [[{ path: '/', expectStatus: 'ok' }], 'line 1: expectStatus "ok" is not a list'],
    [[{ path: '/', method: 'HEAD', expectSha256: '00'.repeat(32) }], 'line 1: expectSha256 has no body to check'],
    [[{ path: '/{{nothing}}' }], 'line 1: path has {{nothing}}, which is no placeholder'],
    [[''], 'has no request; give one JSON object a line'],
  ])('refuses the lines %j', (lines, sentence) => {
    const given = { requests: requestsOf(...lines) };
    expect(() => clientProgram(optionsOf(given), TARGET)).toThrow(sentence);
    expect(() => clientProgram(optionsOf(given), TARGET)).toThrow('--http.requests');
  });

  it.each([
    [{ requests: '/nonexistent' }, '--http.requests /nonexistent: there is no such file; check the path'],
    [{ requests: 'x', path: '/' }, '--http.requests and --http.path both give the path'],
    [{ requests: 'x', body: 'x' }, '--http.requests says which request has which body'],
  ])('refuses %j', (given, sentence) => {
    expect(() => clientProgram(optionsOf(given), TARGET)).toThrow(sentence);
  });
});

describe('--http.data', () => {
  it('gives the program the columns that are used, row by row', () => {
    const data = fileOf('users.csv', '\uFEFFid,name,unused\r\n1,"a, ""b""",x\r\n\r\n22,,x\r\n');
    const { tables, messages } = programOf({
      data,
      dataOrder: 'random',
      header: ['N: {{csv:name}}'],
      path: '/{{csv:id}}',
    });
    expect(messages[0]?.patches?.map((patch) => patch.kind === 'table' && patch.column)).toEqual([0, 1]);
    expect(tables).toEqual([
      {
        order: 'random',
        columns: [
          { bytes: new Uint8Array(Buffer.from('122')), ends: Uint32Array.of(1, 3) },
          { bytes: new Uint8Array(Buffer.from('a, "b"')), ends: Uint32Array.of(6, 6) },
        ],
      },
    ]);
  });

  it.each([
    ['', 'has no row of values'],
    ['a,b\n', 'has no row of values; give one below the names'],
    ['a,a\n1,2\n', 'has two columns named "a"; rename one'],
    ['a,b\n1\n', 'is no CSV: Invalid Record Length'],
    ['a\n1\n', 'is not used; put {{csv:COLUMN}} in'],
  ])('refuses %j', (content, sentence) => {
    const data = fileOf('bad.csv', content);
    expect(() => clientProgram(optionsOf({ data }), TARGET)).toThrow(sentence);
  });

  it('has no order without a file, and needs one that can be read', () => {
    expect(() => clientProgram(optionsOf({ dataOrder: 'random' }), TARGET)).toThrow('--http.data-order has no rows');
    expect(() => optionsOf({ dataOrder: 'shuffled' })).toThrow('is neither sequential nor random');
    expect(() => clientProgram(optionsOf({ data: '/nonexistent' }), TARGET)).toThrow(
      '--http.data /nonexistent: there is no such file',
    );
  });
});
