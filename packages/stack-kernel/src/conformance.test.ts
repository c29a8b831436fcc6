import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Endpoint } from '@mcc/core';
import { testStack } from '@mcc/core/testing';
import { onTestFinished } from 'vitest';
import plugin from './index.js';
import { native } from './native.js';

const LOOPBACK = '127.0.0.1';

/** A port of the loopback on which nobody listens. */
async function freePort(): Promise<Endpoint> {
  const probe = createServer().listen(0, LOOPBACK);
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return { address: LOOPBACK, port };
}

/** Listens for one connection, and stands still from then on. */
const STILL = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer().listen({ port: 0, host: '${LOOPBACK}', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** A listener whose queue is full, and who accepts nobody: Linux answers further SYNs with silence. */
async function silent(): Promise<Endpoint> {
  const listener = new Worker(STILL, { eval: true });
  onTestFinished(async () => void (await listener.terminate()));
  const [port] = (await once(listener, 'message')) as [number];
  const waiting = [1, 2].map(() => connect(port, LOOPBACK));
  onTestFinished(() => waiting.forEach((socket) => socket.destroy()));
  await Promise.all(waiting.map((socket) => once(socket, 'connect')));
  return { address: LOOPBACK, port };
}

const interfaces = native().tryUring() === '' ? ['epoll', 'uring'] : ['epoll'];

testStack(
  plugin,
  interfaces.map((io) => ({
    title: `over the loopback, by ${io}`,
    network: async () => ({
      options: () => ({ io }),
      serving: await freePort(),
      refusing: await freePort(),
      silent: await silent(),
    }),
  })),
);
