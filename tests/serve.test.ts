import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { drive, serve } from './harness/mcc.js';

/** One request with node's own client. */
function ask(address: string, options: { method: string; body?: string; headers?: Record<string, string> }) {
  return new Promise<{ status: number; length: string; body: Buffer }>((resolve, reject) => {
    const { method, headers = {} } = options;
    const asked = request(`http://${address}/any/path`, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          length: response.headers['content-length'] ?? '',
          body: Buffer.concat(chunks),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(options.body);
  });
}

describe('mcc serve speaks HTTP to others', () => {
  test('GET, HEAD, and POST with a body', async () => {
    const { address } = await serve(['--proto', 'http', '--http.body-size', '5k']);
    const get = await ask(address, { method: 'GET' });
    expect(get).toMatchObject({ status: 200, length: '5120' });
    expect(get.body).toHaveLength(5120);
    expect(await ask(address, { method: 'HEAD' })).toMatchObject({
      status: 200,
      length: '5120',
      body: Buffer.alloc(0),
    });
    expect(await ask(address, { method: 'POST', body: 'x'.repeat(100_000) })).toMatchObject({ status: 200 });
    const chunked = { 'transfer-encoding': 'chunked' };
    expect(await ask(address, { method: 'PUT', body: 'chunk', headers: chunked })).toMatchObject({ status: 200 });
  });

  test('what it sends is what mcc reads back', async () => {
    const { address } = await serve(['--proto', 'http', '--http.body-size', '64k']);
    const { body } = await ask(address, { method: 'GET' });
    const digest = createHash('sha256').update(body).digest('hex');
    const flags = ['--dest', address, '-c', '4', '-d', '300ms', '--http.expect-sha256', digest];
    const { code, report } = await drive(flags);
    expect(code).toBe(0);
    expect(report.errors).toEqual({});
    expect(report.requests.completed).toBeGreaterThan(10);
  });

  test('tells a client that waits for it to send its body', async () => {
    const server = await serve(['--proto', 'http']);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const upload = request(`http://${server.address}/`, { method: 'PUT', headers: { Expect: '100-continue' } });
      upload.on('continue', () => upload.end('the body'));
      upload.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode)));
      upload.on('error', reject);
      upload.flushHeaders();
    });
    expect(status).toBe(200);
  });
});

describe('mcc serve speaks raw', () => {
  const exchange = (address: string, text: string, length: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const [host, port] = address.split(':');
      const socket = connect({ host: host ?? '', port: Number(port) });
      let received = '';
      socket.setEncoding('latin1').on('data', (chunk: string) => {
        received += chunk;
        if (received.length >= length) socket.destroy();
      });
      socket.on('error', reject).on('close', () => resolve(received));
      socket.write(text);
    });

  test('echo', async () => {
    const { address } = await serve(['--proto', 'raw']);
    const text = 'echo '.repeat(50_000);
    expect(await exchange(address, text, text.length)).toBe(text);
  });

  test('a fixed answer', async () => {
    const { address } = await serve(['--proto', 'raw', '--raw.reply', 'fixed:7']);
    expect(await exchange(address, 'anything', 7)).toHaveLength(7);
  });
});
