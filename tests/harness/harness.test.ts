import { describe, expect, test } from 'vitest';
import { createLink } from './netns.js';
import { startNginx } from './nginx.js';
import { start } from './process.js';
import { onRequest, startServer } from './server.js';

describe('the harness', () => {
  test('gives back what a process wrote and how it ended', async () => {
    const exit = await start(['sh', '-c', 'echo out; echo err >&2; exit 3']).ended;
    expect(exit).toMatchObject({ code: 3, signal: undefined, stdout: 'out\n', stderr: 'err\n' });
  });

  test('ends a process that is over its bound, and says so', async () => {
    await expect(start(['sleep', '60'], { boundMs: 50 }).ended).rejects.toThrow('sleep 60 was still running');
  });

  test('joins two namespaces', (context) => {
    const { client, server } = createLink(context);
    expect(client.exec('ip', 'route', 'get', server.address)).toContain(`dev ${client.device}`);
  });

  test('reads the log of nginx', async (context) => {
    const nginx = await startNginx(context, { locations: 'location / { return 204; }' });
    for (let index = 0; index < 3; index += 1) await fetch(`http://${nginx.address}/`);
    const log = await nginx.stop();
    expect(log).toHaveLength(3);
    expect(log.every((entry) => entry.status === 204 && entry.complete)).toBe(true);
  });

  test('serves what a test makes up', async () => {
    const address = await startServer((socket) =>
      onRequest(socket, () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi')),
    );
    expect(await (await fetch(`http://${address}/`)).text()).toBe('hi');
  });
});
