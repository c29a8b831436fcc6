import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { ClassReport } from '@mcc/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { drive, mcc } from './harness/mcc.js';
import { type LogEntry, startNginx } from './harness/nginx.js';
import { tempDir } from './harness/temp.js';

const LOCATIONS = `
  location / { return 200 "hello"; }
  location /missing { return 404; }
  location /empty { return 204; }`;

function fileOf(name: string, content: string): string {
  const file = join(tempDir(), name);
  writeFileSync(file, content);
  return file;
}

const countBy = (log: readonly LogEntry[], key: (entry: LogEntry) => string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const entry of log) counts[key(entry)] = (counts[key(entry)] ?? 0) + 1;
  return counts;
};

/** The report's figures by URL, with the count of its histogram. */
function urlsOf(protocol: Readonly<Record<string, unknown>>) {
  const { urls } = protocol.http as { readonly urls: readonly ClassReport[] };
  return Object.fromEntries(urls.map((url) => [url.name, url]));
}

describe('several URLs', () => {
  for (const flags of [[], ['--http.pipeline', '5'], ['--http.keepalive', 'false'], ['--smp', '2']]) {
    test(`are requested by weight, and counted as nginx does, with ${flags.join(' ') || 'nothing else'}`, async (context) => {
      const nginx = await startNginx(context, { locations: LOCATIONS });
      const urls = ['--http.url', '6:/a', '--http.url', '3:/empty', '--http.url', '/missing?q'];
      const args = ['--dest', nginx.address, '-c', '7', '-d', '1s', '--seed', '3', ...urls, ...flags];
      const { code, report } = await drive(args);
      const log = await nginx.stop();
      const seen = countBy(log, ({ uri }) => uri);
      const named = urlsOf(report.protocol);

      expect(code).toBe(0);
      expect(Object.keys(named)).toEqual(['/a', '/empty', '/missing?q']);
      for (const [name, { completed, failed, latencyUs }] of Object.entries(named)) {
        expect({ name, completed }).toEqual({ name, completed: seen[name] });
        expect(failed).toBe(name === '/missing?q' ? completed : 0);
        expect(latencyUs?.count).toBe(completed);
      }
      expect(report.protocol).toMatchObject({
        http: {
          status: countBy(log, ({ status }) => String(status)),
          statusLatencyUs: {
            '2xx': { count: seen['/a']! + seen['/empty']! },
            '4xx': { count: seen['/missing?q'] },
          },
        },
      });
      expect(report.errors).toEqual({ MCC_ERR_UNEXPECTED_STATUS: seen['/missing?q'] });
      // Six standard deviations of each share.
      for (const [uri, weight] of [
        ['/a', 0.6],
        ['/empty', 0.3],
        ['/missing?q', 0.1],
      ] as const) {
        const allowed = 6 * Math.sqrt((weight * (1 - weight)) / log.length);
        expect(Math.abs(seen[uri]! / log.length - weight)).toBeLessThan(allowed);
      }
      expect(log.length).toBeGreaterThan(100);
    });
  }

  test('of a single one, the report has no more than it always had', async (context) => {
    const nginx = await startNginx(context, { locations: LOCATIONS });
    const { report } = await drive(['--dest', nginx.address, '-c', '2', '-d', '200ms']);
    await nginx.stop();
    expect(Object.keys(report.protocol.http as object)).toEqual(['status', 'classes']);
  });

  test('are shown in the terminal', async (context) => {
    const nginx = await startNginx(context, { locations: LOCATIONS });
    const urls = ['--http.url', '/a', '--http.url', '/missing'];
    const { stdout } = await mcc(['run', '--dest', nginx.address, '-c', '2', '-d', '200ms', ...urls]);
    await nginx.stop();
    expect(stdout).toMatch(/completed +failed +p50 +p99 +max +URL\n/);
    expect(stdout).toMatch(/ \/missing\n/);
  });
});

test('a file of requests has methods, bodies and expectations of their own', async (context) => {
  const nginx = await startNginx(context, { locations: LOCATIONS });
  const lines = [
    { path: '/a', weight: 2 },
    { method: 'HEAD', path: '/a', name: 'head' },
    { path: '/missing', expectStatus: 404 },
    { method: 'DELETE', path: '/empty', expectStatus: '200-299' },
  ];
  const requests = fileOf('requests.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
  const args = ['--dest', nginx.address, '-c', '5', '-d', '1s', '--http.requests', requests, '--http.pipeline', '3'];
  const { code, report } = await drive(args);
  const log = await nginx.stop();
  const seen = countBy(log, ({ method, uri }) => `${method} ${uri}`);
  expect(code).toBe(0);
  expect(report.errors).toEqual({});
  expect(report.requests).toMatchObject({ completed: log.length, failed: 0 });
  expect(
    Object.fromEntries(Object.entries(urlsOf(report.protocol)).map(([name, url]) => [name, url.completed])),
  ).toEqual({
    'GET /a': seen['GET /a'],
    head: seen['HEAD /a'],
    'GET /missing': seen['GET /missing'],
    'DELETE /empty': seen['DELETE /empty'],
  });
  expect(report.bytes.received).toBe(log.reduce((sum, entry) => sum + entry.bytesSent, 0));
});

describe('placeholders', () => {
  interface Received {
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }

  /** Node's own HTTP server, which keeps what it got. */
  async function startRecorder() {
    const received: Received[] = [];
    const broken: Error[] = [];
    const server = createServer(async (message, response) => {
      received.push({ url: message.url ?? '', headers: message.headers, body: (await buffer(message)).toString() });
      response.end('ok');
    });
    server.on('clientError', (error, socket) => {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') broken.push(error);
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, received, broken };
  }

  const USERS = [
    ['ada', 'Lovelace, "Countess"'],
    ['grace', ''],
    ['käthe', 'x'.repeat(300)],
  ] as const;
  const csv = () =>
    fileOf(
      'users.csv',
      ['user,note', ...USERS.map(([user, note]) => `${user},"${note.replaceAll('"', '""')}"`)].join('\n'),
    );

  test('fill path, headers and body from a CSV, row by row, with a true Content-Length', async () => {
    const { address, received, broken } = await startRecorder();
    const args = ['--dest', address, '-c', '4', '-d', '500ms', '--smp', '2', '--http.method', 'POST'];
    const flags = ['--http.header', 'X-N: {{counter}}', '--http.data', csv(), '--http.pipeline', '3'];
    flags.push('--http.path', '/u?n={{counter}}&c={{connection}}&r={{random:3}}');
    flags.push('--http.body', '{{csv:user}}|{{csv:note}}|{{csv:user}}');
    const { code, report } = await drive([...args, ...flags]);
    expect(code).toBe(0);
    expect(broken).toEqual([]);
    expect(report.errors).toEqual({});
    expect(received).toHaveLength(report.requests.completed);
    expect(received.length).toBeGreaterThan(30);

    const numbers = received.map(({ url }) => Number(new URLSearchParams(url.slice(3)).get('n')));
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const [index, { url, headers, body }] of received.entries()) {
      const query = new URLSearchParams(url.slice(3));
      const number = numbers[index]!;
      const [user, note] = USERS[number % USERS.length]!;
      expect(body).toBe(`${user}|${note}|${user}`);
      expect(Number(headers['content-length'])).toBe(Buffer.byteLength(body));
      expect(headers['x-n']).toBe(String(number));
      expect(Number(query.get('c'))).toBe(number % 4);
      expect(['0', '1', '2']).toContain(query.get('r'));
    }
  });

  test('take rows at random, the same for the same seed', async () => {
    const rowsOf = async () => {
      const { address, received } = await startRecorder();
      const flags = ['--http.data', csv(), '--http.data-order', 'random', '--http.header', 'X-User: {{csv:user}}'];
      await drive(['--dest', address, '-c', '1', '-d', '500ms', '--seed', '9', ...flags]);
      return received.map(({ headers }) => Buffer.from(String(headers['x-user']), 'latin1').toString());
    };
    const [first, second] = [await rowsOf(), await rowsOf()];
    const both = Math.min(first.length, second.length);
    expect(both).toBeGreaterThan(10);
    expect(first.slice(0, both)).toEqual(second.slice(0, both));
    expect(new Set(first)).toEqual(new Set(USERS.map(([user]) => user)));
    expect(first).not.toEqual(first.map((_, row) => USERS[row % USERS.length]![0]));
  });

  test('that would break a request are refused with one sentence', async () => {
    const data = fileOf('bad.csv', 'a\nx y\n');
    const args = ['run', '--dest', '127.0.0.1:1', '--http.path', '/{{csv:a}}', '--http.data', data];
    const { code, stderr } = await mcc(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--http\.data column "a" has "x y", and stands in a path: it contains a space/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
