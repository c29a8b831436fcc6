import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { drive } from './harness/mcc.js';
import { startNginx } from './harness/nginx.js';
import { onRequest, startServer } from './harness/server.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const LOAD = ['-c', '4', '-d', '500ms'];

describe('bodies are exact', () => {
  for (const [name, size] of Object.entries({ '1 KB': 1024, '1 MB': 1024 * 1024 })) {
    const body = randomBytes(size);
    const changed = Buffer.from(body);
    changed[size - 1] = (changed[size - 1] ?? 0) ^ 1;

    test(`${name}: no mismatch, and the bytes are those of the server`, async (context) => {
      const nginx = await startNginx(context, { locations: 'location / { root ROOT; }', files: { body } });
      const flags = ['--dest', `http://${nginx.address}/body`, '--http.expect-sha256', sha256(body)];
      const { code, report } = await drive([...flags, ...LOAD]);
      const log = await nginx.stop();
      expect(code).toBe(0);
      expect(report.errors).toEqual({});
      expect(report.requests.completed).toBe(log.length);
      expect(report.bytes.received).toBe(log.reduce((sum, entry) => sum + entry.bytesSent, 0));
    });

    test(`${name} with one byte changed: every response is a mismatch`, async (context) => {
      const nginx = await startNginx(context, { locations: 'location / { root ROOT; }', files: { body: changed } });
      const flags = ['--dest', `http://${nginx.address}/body`, '--http.expect-sha256', sha256(body)];
      const { code, report } = await drive([...flags, ...LOAD]);
      expect(code).toBe(1);
      expect(report.requests.completed).toBeGreaterThan(0);
      expect(report.requests.failed).toBe(report.requests.completed);
      expect(report.errors).toEqual({ MCC_ERR_BODY_MISMATCH: report.requests.completed });
    });
  }

  /** A server that sends `body` in chunks of all sizes from 1 byte up, and counts its responses. */
  async function startChunked(body: Uint8Array) {
    let responses = 0;
    const address = await startServer((socket) =>
      onRequest(socket, () => {
        responses += 1;
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        for (let at = 0, length = 1; at < body.length; at += length, length += 1) {
          const chunk = body.subarray(at, at + length);
          socket.write(`${chunk.length.toString(16)}\r\n`);
          socket.write(chunk);
          socket.write('\r\n');
        }
        socket.write('0\r\n\r\n');
      }),
    );
    return { address, responses: () => responses };
  }

  test('chunked: no mismatch', async () => {
    const body = randomBytes(10_000);
    const server = await startChunked(body);
    const flags = ['--dest', server.address, '--http.expect-sha256', sha256(body)];
    const { code, report } = await drive([...flags, ...LOAD]);
    expect(code).toBe(0);
    expect(report.errors).toEqual({});
    expect(report.requests.completed).toBe(server.responses());
  });

  test('chunked, with one byte changed: every response is a mismatch', async () => {
    const body = randomBytes(10_000);
    const flags = ['--http.expect-sha256', sha256(body)];
    body[5000] = (body[5000] ?? 0) ^ 1;
    const server = await startChunked(body);
    const { code, report } = await drive(['--dest', server.address, ...flags, ...LOAD]);
    expect(code).toBe(1);
    expect(report.errors).toEqual({ MCC_ERR_BODY_MISMATCH: server.responses() });
  });

  test('a body that is sent arrives as it is', async () => {
    const body = randomBytes(3000).toString('base64');
    let received = '';
    const address = await startServer((socket) => {
      socket.setEncoding('latin1').on('data', (text: string) => {
        received += text;
        if (received.endsWith(body)) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      });
    });
    const flags = ['--http.method', 'POST', '--http.path', '/upload?x=1', '--http.header', 'X-Test: yes'];
    const { code } = await drive(['--dest', address, '-c', '1', '-d', '200ms', ...flags, '--http.body', body]);
    expect(code).toBe(0);
    expect(received).toMatch(/^POST \/upload\?x=1 HTTP\/1\.1\r\n/);
    expect(received).toContain(`Host: ${address}\r\n`);
    expect(received).toContain('X-Test: yes\r\n');
    expect(received).toContain(`Content-Length: ${body.length}\r\n`);
  });
});
