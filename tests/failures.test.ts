import { describe, expect, test } from 'vitest';
import { drive, serve } from './harness/mcc.js';
import { createLink } from './harness/netns.js';
import { onRequest, startServer } from './harness/server.js';
import { freePort } from './harness/temp.js';

const LOAD = ['-c', '4', '-d', '500ms'];
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n';

describe('failures speak', () => {
  test('nothing listens', async () => {
    const { code, report, stderr } = await drive(['--dest', `127.0.0.1:${await freePort()}`, ...LOAD]);
    expect(code).toBe(1);
    expect(report.connections.established).toBe(0);
    expect(Object.keys(report.errors)).toEqual(['MCC_ERR_CONNECT_REFUSED']);
    expect(report.errors['MCC_ERR_CONNECT_REFUSED']).toBeGreaterThanOrEqual(4);
    expect(report.connections.failed).toBe(report.errors['MCC_ERR_CONNECT_REFUSED']);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('packets are dropped on the way', async (context) => {
    const { client } = createLink(context);
    // An address that nobody has, on a link-layer address that nobody has: SYNs leave, and nothing comes back.
    const nobody = '198.18.0.99';
    client.exec('ip', 'neigh', 'add', nobody, 'lladdr', '02:00:00:00:00:99', 'dev', client.device, 'nud', 'permanent');
    const flags = ['--dest', `${nobody}:80`, '-c', '4', '-d', '1s', '--connect-timeout', '1s'];
    const { code, report, seconds } = await drive(flags, { prefix: client.prefix });
    expect(code).toBe(1);
    expect(Object.keys(report.errors)).toEqual(['MCC_ERR_CONNECT_TIMEOUT']);
    expect(report.errors['MCC_ERR_CONNECT_TIMEOUT']).toBeGreaterThanOrEqual(4);
    // The timeout and a second, and what it takes node to start on a busy machine.
    expect(seconds).toBeLessThan(3);
  });

  test('there is no route', async (context) => {
    const { client } = createLink(context);
    const { code, report } = await drive(['--dest', '203.0.113.1:80', ...LOAD], { prefix: client.prefix });
    expect(code).toBe(1);
    expect(Object.keys(report.errors)).toEqual(['MCC_ERR_UNREACHABLE']);
  });

  test('the server closes in the middle of a reply', async () => {
    let replies = 0;
    const address = await startServer((socket) =>
      onRequest(socket, () => {
        replies += 1;
        socket.end(`${ANSWER}half`);
      }),
    );
    const { code, report } = await drive(['--dest', address, ...LOAD]);
    expect(code).toBe(1);
    expect(report.errors).toEqual({ MCC_ERR_CLOSED_EARLY: replies });
    expect(report.requests).toMatchObject({ completed: 0, failed: replies });
  });

  test('the server resets', async () => {
    let resets = 0;
    const address = await startServer((socket) =>
      onRequest(socket, () => {
        resets += 1;
        socket.resetAndDestroy();
      }),
    );
    const { code, report } = await drive(['--dest', address, ...LOAD]);
    expect(code).toBe(1);
    expect(report.errors).toEqual({ MCC_ERR_CONNECTION_RESET: resets });
    expect(report.requests).toMatchObject({ completed: 0, failed: resets });
  });

  test('the server speaks another protocol', async () => {
    let replies = 0;
    const address = await startServer((socket) =>
      onRequest(socket, () => {
        replies += 1;
        socket.write('220 smtp.example ready\r\n\r\n');
      }),
    );
    const { code, report } = await drive(['--dest', address, ...LOAD]);
    expect(code).toBe(1);
    expect(report.errors).toEqual({ MCC_ERR_BAD_REPLY: replies });
    expect(report.requests).toMatchObject({ completed: 0, failed: replies });
  });

  test('the server stops answering after the first request', async () => {
    const address = await startServer((socket) => {
      let answered = false;
      onRequest(socket, () => {
        if (!answered) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
        answered = true;
      });
    });
    const { code, report, seconds } = await drive(['--dest', address, ...LOAD, '--timeout', '300ms']);
    expect(code).toBe(0);
    expect(report.requests.completed).toBeGreaterThanOrEqual(4);
    expect(Object.keys(report.errors)).toEqual(['MCC_ERR_REPLY_TIMEOUT']);
    expect(report.errors['MCC_ERR_REPLY_TIMEOUT']).toBe(report.requests.failed);
    expect(report.requests.sent).toBe(report.requests.completed + report.requests.failed);
    expect(seconds).toBeLessThan(5);
  });

  test('the server stops reading', async () => {
    const address = await startServer((socket) => socket.pause());
    const message = ['--proto', 'raw', '--raw.length', '32m', '--timeout', '500ms'];
    const { code, report, seconds } = await drive(['--dest', address, ...message, ...LOAD]);
    expect(code).toBe(1);
    expect(report.requests.completed).toBe(0);
    expect(report.requests.failed).toBeGreaterThanOrEqual(4);
    const [error = ''] = Object.keys(report.errors);
    expect(['MCC_ERR_REPLY_TIMEOUT', 'MCC_ERR_SEND_BUFFER_FULL']).toContain(error);
    expect(seconds).toBeLessThan(5);
  });

  test('the server goes away during the load, and what was done still counts', async () => {
    const server = await serve(['--proto', 'http']);
    const running = drive(['--dest', server.address, '-c', '4', '-d', '2s']);
    setTimeout(() => server.kill('SIGKILL'), 1000);
    const { code, report } = await running;
    expect(code).toBe(0);
    expect(report.requests.completed).toBeGreaterThan(0);
    expect(report.errors['MCC_ERR_CONNECT_REFUSED']).toBeGreaterThan(0);
  });
});
