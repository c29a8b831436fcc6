// What connections of --proto raw do, one behaviour after the other.
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { drive, serve } from './harness/mcc.js';
import { startServer } from './harness/server.js';

/** A server that echoes and remembers when each of its connections spoke. */
async function listen(): Promise<{ address: string; spoken: number[][] }> {
  const spoken: number[][] = [];
  const address = await startServer((socket) => {
    const times: number[] = [];
    spoken.push(times);
    socket.on('data', (data) => {
      times.push(performance.now());
      socket.write(data);
    });
  });
  return { address, spoken };
}

test('each active connection speaks exactly once an epoch, so many of them together', async () => {
  const { address, spoken } = await listen();
  const epoch = ['--raw.epoch', '500ms', '--raw.request-ratio', '0.25', '--raw.burst', '5'];
  const { code, report } = await drive(['--proto', 'raw', '--dest', address, '-c', '40', ...epoch, '-d', '2s']);
  expect(code).toBe(0);
  expect(report.errors).toEqual({});
  expect(report.requests).toMatchObject({ sent: 4 * 10, completed: 4 * 10 });
  expect(spoken.map((times) => times.length).sort()).toEqual([...Array(30).fill(0), ...Array(10).fill(4)]);
  expect(report.pacing?.scheduled).toBe(4 * 10);
  // Two bursts an epoch, a quarter and three quarters into it: in order of time, five and five are nearer to each other
  // than to the next.
  const all = spoken.flat().sort((a, b) => a - b);
  for (let i = 5; i < all.length; i += 5) {
    expect(all[i]! - all[i - 1]!).toBeGreaterThan(all[i - 1]! - all[i - 5]!);
  }
});

test('priorities are classes of the report, and the connections are dealt out to them', async () => {
  const server = await serve(['--proto', 'raw']);
  const flags = ['--proto', 'raw', '--dest', server.address, '-c', '4', '--raw.priority-level', '2'];
  const { code, report } = await drive([...flags, '--raw.heartbeat', '100ms', '-d', '1s']);
  expect(code).toBe(0);
  expect(report.requests.completed).toBe(40);
  expect(report.protocol).toMatchObject({
    raw: {
      priorities: [
        { name: 'priority 0', completed: 20, failed: 0, latencyUs: { count: 20 } },
        { name: 'priority 1', completed: 20, failed: 0, latencyUs: { count: 20 } },
      ],
    },
  });
});

test('a server pushes, and how long each push took is measured', async () => {
  const server = await serve(['--proto', 'raw', '--raw.push-interval', '100ms']);
  const flags = ['--proto', 'raw', '--dest', server.address, '-c', '10', '--raw.reply', 'push'];
  const { code, report } = await drive([...flags, '-d', '1s']);
  expect(code).toBe(0);
  expect(report.errors).toEqual({});
  expect(report.requests.sent).toBe(0);
  // Ten a second to each of ten connections, and which of them fall into the load is a matter of its phase.
  expect(report.received?.messages).toBeGreaterThanOrEqual(80);
  expect(report.received?.messages).toBeLessThanOrEqual(120);
  expect(report.received?.deliveryUs?.count).toBe(report.received?.messages);
  expect(report.received?.deliveryUs?.min).toBeGreaterThan(0);
  expect(report.received?.deliveryUs?.p50).toBeLessThan(50_000);
});

/** Answers once, and closes. */
const once = (socket: Socket): void => void socket.once('data', (data) => socket.end(data));

// Thinking, a connection has nothing under way when the server closes it.
const thinker = (address: string) => ['--proto', 'raw', '--dest', address, '-d', '1s', '--raw.think-time', '20ms'];

test('--raw.reconnect never: what the server has closed stays closed', async () => {
  const address = await startServer(once);
  const { code, report } = await drive([...thinker(address), '-c', '5', '--raw.reconnect', 'never']);
  expect(code).toBe(0);
  expect(report.run.endedBy).toBe('completed');
  expect(report.requests).toMatchObject({ sent: 5, completed: 5 });
  expect(report.connections).toMatchObject({ established: 5, reconnected: 0, closedByPeer: 5 });
});

test('--raw.reconnect MIN-MAX: it comes back after a delay of which half is drawn', async () => {
  const address = await startServer(once);
  const { code, report } = await drive([...thinker(address), '-c', '1', '--raw.reconnect', '100ms-1s']);
  expect(code).toBe(0);
  // Each was of use, so that no delay is doubled: 50 to 100 ms, and what the exchange takes.
  expect(report.connections.reconnected).toBeGreaterThanOrEqual(3);
  expect(report.connections.reconnected).toBeLessThanOrEqual(20);
  expect(report.errors).toEqual({});
});

test('without a policy a connection that was of use comes back at once', async () => {
  const address = await startServer(once);
  const { code, report } = await drive([...thinker(address), '-c', '5']);
  expect(code).toBe(0);
  expect(report.connections.reconnected).toBeGreaterThan(5 * 3);
  expect(report.connections.closedByPeer).toBeGreaterThanOrEqual(report.connections.reconnected);
});
